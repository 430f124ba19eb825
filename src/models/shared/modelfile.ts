import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';
import { issueText } from '../../ground/issues.ts';
import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import { type ArrayRule, brokenRule } from './arrayrules.ts';

/**
 * One file a model: `CBLUEMOD`, the length of the header (uint32), the header (JSON, padded with spaces
 * to a multiple of 8 bytes), then every array, each padded to a multiple of 8. All little-endian. The header begins with
 * `{"version":2,"sha256":"…"`: the SHA-256 of the whole file with these 64 digits replaced by zeros.
 */
const MAGIC = 'CBLUEMOD';
const VERSION = 2;
const HEADER_START = 12;
const BEFORE_DIGEST = `{"version":${VERSION},"sha256":"`;
const DIGEST_START = HEADER_START + BEFORE_DIGEST.length;
const DIGEST_END = DIGEST_START + 64;
const NO_DIGEST = '0'.repeat(DIGEST_END - DIGEST_START);
/** Far beyond any model of these kinds, and small enough for the memory of a process. */
const MAX_BYTES = 2 ** 30;
const MAX_HEADER_BYTES = 2 ** 28;
const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array } as const;
type ArrayName = keyof typeof ARRAYS;
export type ModelArray = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

export interface ModelContent {
  /** Everything except arrays, as plain JSON. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, ModelArray>>;
}

const headerJson = z.object({
  kind: z.string(),
  header: z.record(z.string(), z.unknown()),
  arrays: z.array(
    z.object({
      name: z.string(),
      type: z.custom<ArrayName>((value) => typeof value === 'string' && Object.hasOwn(ARRAYS, value), {
        error: 'Unknown type of array',
        params: { zh: '未知的数组类型' },
      }),
      length: z.int().min(0),
    }),
  ),
});

type Header = z.infer<typeof headerJson>;

const padding = (length: number): number => (8 - (length % 8)) % 8;

/** Size in bytes that the content takes in memory and, but for the header, in its file. */
export function sizeOf(content: ModelContent): number {
  const arrays = Object.values(content.arrays).reduce((sum, array) => sum + array.byteLength, 0);
  return arrays + Buffer.byteLength(JSON.stringify(content.header));
}

/**
 * Writes a model of the kind to one file, whole or not at all. Throws a UserError `model-too-large` for one that
 * `readModelFile` would refuse.
 */
export async function writeModelFile(file: string, kind: string, content: ModelContent): Promise<void> {
  const arrays = Object.entries(content.arrays);
  const json = Buffer.from(
    JSON.stringify({
      version: VERSION,
      sha256: NO_DIGEST,
      kind,
      header: content.header,
      arrays: arrays.map(([name, array]) => ({ name, type: array.constructor.name, length: array.length })),
    }),
  );
  const headerPadding = padding(HEADER_START + json.length);
  const start = Buffer.alloc(HEADER_START);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(json.length + headerPadding, MAGIC.length);
  const parts: Uint8Array[] = [start, json, Buffer.alloc(headerPadding, ' ')];
  for (const [, array] of arrays) {
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    parts.push(new Uint8Array(padding(array.byteLength)));
  }
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (bytes > MAX_BYTES || json.length + headerPadding > MAX_HEADER_BYTES) throw tooLarge(file);
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  json.write(hash.digest('hex'), DIGEST_START - HEADER_START, 'latin1');
  await writeAtomic(file, parts);
}

const tooLarge = (file: string): UserError =>
  new UserError(
    'model-too-large',
    {
      en: `This model does not fit in a file of ${MAX_BYTES >> 20} MiB`,
      zh: `模型超出单个文件的上限（${MAX_BYTES >> 20} MiB）`,
    },
    { file, hint: { en: 'Train on fewer examples.', zh: '请减少训练样本。' } },
  );

/** The arrays that a model file must have, by name. */
export type ArraySpecs = Readonly<Record<string, ArrayName>>;
export type ArraysOf<A extends ArraySpecs> = {
  readonly [K in keyof A]: InstanceType<(typeof ARRAYS)[A[K]]>;
};

/** The required content of a file of one kind: the rest is ignored. */
export interface ContentSpec<H, A extends ArraySpecs> {
  readonly header: z.ZodType<H>;
  readonly arrays: A;
  /** Invariants of the arrays of a file with this header, in any order; that numbers are finite is checked anyway. */
  rules?(content: Content<H, A>): RulesOf<A>;
}

export type RulesOf<A extends ArraySpecs> = { readonly [K in keyof A]?: ArrayRule };

export interface Content<H, A extends ArraySpecs> {
  readonly header: H;
  readonly arrays: ArraysOf<A>;
}

/** The arrays of the names and types of `specs`, or undefined if one is absent or of another type. */
export function pickArrays<A extends ArraySpecs>(
  arrays: Readonly<Record<string, ModelArray | undefined>>,
  specs: A,
): ArraysOf<A> | undefined {
  const picked = Object.keys(specs).map((name) => [name, arrays[name]] as const);
  if (!picked.every(([name, array]) => array instanceof ARRAYS[specs[name]])) return undefined;
  return Object.fromEntries(picked) as ArraysOf<A>;
}

/** The error for a file that is not what it should be. */
export const damaged = (file: string, what: Text, field?: string): UserError =>
  new UserError(
    'not-a-model',
    { en: `This is not a complete model file: ${what.en}`, zh: `模型文件不完整：${what.zh}` },
    {
      file,
      field,
      hint: {
        en: 'Restore it from a copy, or train the model again.',
        zh: '请从备份恢复，或重新训练模型。',
      },
    },
  );

/**
 * Reads what `writeModelFile` wrote, with the header and arrays that the kind declares. Throws a UserError if the file
 * is missing, damaged, of another kind, or (by `family` in its header) for another family of tasks.
 */
export async function openModelFile<H, A extends ArraySpecs>(
  file: string,
  kind: string,
  family: FamilyId | undefined,
  spec: ContentSpec<H, A>,
): Promise<Content<H, A>> {
  const { header, arrays } = await readModelFile(file, kind, family);
  const parsed = spec.header.safeParse(header);
  if (!parsed.success) throw wrongHeader(file, parsed.error.issues[0], ['header']);
  const picked = pickArrays(arrays, spec.arrays);
  if (!picked) {
    const absent = Object.keys(spec.arrays).find(
      (name) => !(arrays[name] instanceof ARRAYS[spec.arrays[name]]),
    );
    throw damaged(
      file,
      { en: 'an array is missing or of another type', zh: '缺少数组或数组类型不符' },
      absent,
    );
  }
  const content = { header: parsed.data, arrays: picked };
  requireRules(file, picked, spec.rules?.(content) ?? {});
  return content;
}

/** Throws a UserError that names the first array of a file that breaks its rule. */
export function requireRules<A extends ArraySpecs>(
  file: string,
  arrays: ArraysOf<A>,
  rules: RulesOf<A>,
): void {
  const broken = brokenRule(arrays, rules);
  if (broken) throw damaged(file, broken.what, broken.name);
}

/** The same without checking the header and the arrays. */
export async function readModelFile(file: string, kind: string, family?: FamilyId): Promise<ModelContent> {
  const bytes = await readVerified(file);
  const headerEnd = HEADER_START + bytes.readUInt32LE(MAGIC.length);
  const header = readHeader(file, bytes.toString('utf8', HEADER_START, headerEnd));
  if (header.kind !== kind) throw otherModel(file, header.kind, kind);
  if (family !== undefined && header.header.family !== family)
    throw otherFamily(file, String(header.header.family), family);
  const arrays: Record<string, ModelArray> = {};
  let at = headerEnd;
  for (const { name, type, length } of header.arrays) {
    const byteLength = length * ARRAYS[type].BYTES_PER_ELEMENT;
    if (at + byteLength > bytes.length) throw damaged(file, TOO_SHORT, name);
    const copy = new Uint8Array(byteLength);
    copy.set(bytes.subarray(at, at + byteLength));
    const array = new ARRAYS[type](copy.buffer);
    if (!array.every(Number.isFinite)) throw damaged(file, NOT_FINITE, name);
    arrays[name] = array;
    at += byteLength + padding(byteLength);
  }
  if (at !== bytes.length) throw damaged(file, { en: 'it has trailing bytes', zh: '文件末尾有多余内容' });
  return { header: header.header, arrays };
}

const NOT_FINITE: Text = { en: 'a number is not finite', zh: '存在非有限的数值' };
const TOO_SHORT: Text = { en: 'it ends too early', zh: '文件过短' };
const TOO_LONG: Text = { en: 'it is too large', zh: '文件过大' };

/** Throws a UserError if a model file of any kind is not what was written. */
export async function verifyModelFile(file: string): Promise<void> {
  await readVerified(file);
}

/** The bytes of a model file of this version whose digest is that of its content. */
async function readVerified(file: string): Promise<Buffer> {
  const bytes = await readBytes(file);
  const digest = bytes.toString('latin1', DIGEST_START, DIGEST_END);
  const hash = createHash('sha256').update(bytes.subarray(0, DIGEST_START)).update(NO_DIGEST);
  if (hash.update(bytes.subarray(DIGEST_END)).digest('hex') === digest) return bytes;
  throw damaged(file, { en: 'its content is not what was written', zh: '内容与写入时不符' });
}

/** All bytes, read only where the first ones are those of a model file of this version. */
async function readBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const { buffer: start, bytesRead } = await handle.read(Buffer.alloc(DIGEST_END), 0, DIGEST_END, 0);
      requireStart(file, start.subarray(0, bytesRead), size);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainFileError(error, file);
  }
}

/** The header after the version field, in an earlier or later version. */
const OTHER_VERSION = /^\{"version":(\d+)[,}]/;

function requireStart(file: string, start: Buffer, size: number): void {
  if (start.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw damaged(file, { en: 'its first bytes differ', zh: '文件开头不符' });
  const headerStart = start.toString('latin1', HEADER_START, DIGEST_START);
  const version = OTHER_VERSION.exec(headerStart)?.[1];
  if (version !== undefined && version !== String(VERSION)) throw otherVersion(file, version);
  if (size > MAX_BYTES) throw damaged(file, TOO_LONG);
  if (start.length < DIGEST_END) throw damaged(file, TOO_SHORT);
  if (headerStart !== BEFORE_DIGEST)
    throw damaged(file, { en: 'its header does not begin as one', zh: '文件头开头不符' });
  const length = start.readUInt32LE(MAGIC.length);
  if (HEADER_START + length > size) throw damaged(file, TOO_SHORT);
  if (length > MAX_HEADER_BYTES) throw damaged(file, { en: 'its header is too large', zh: '文件头过大' });
}

function readHeader(file: string, text: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(file, { en: 'its header is not JSON', zh: '文件头不是 JSON' });
  }
  const parsed = headerJson.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrongHeader(file, parsed.error.issues[0]);
}

function wrongHeader(file: string, issue: z.core.$ZodIssue, inside: readonly string[] = []): UserError {
  const { en, zh } = issueText(issue);
  const field = [...inside, ...issue.path].join('.');
  return damaged(file, { en: `its header is damaged: ${en}`, zh: `文件头有误：${zh}` }, field);
}

const otherVersion = (file: string, found: string): UserError =>
  new UserError(
    'other-schema',
    {
      en: `This model was kept by another version of chineseblue, in version ${found} of its file format; this version reads ${VERSION}`,
      zh: `该模型由其他版本的 chineseblue 保存（文件格式版本 ${found}），当前版本读取 ${VERSION}`,
    },
    {
      file,
      hint: { en: 'Train the model again with this version.', zh: '请用当前版本重新训练模型。' },
    },
  );

const otherModel = (file: string, found: string, kind: string): UserError =>
  new UserError(
    'other-model',
    {
      en: `This file holds a model of kind ${found}, not ${kind}`,
      zh: `该文件是 ${found} 类模型，不是 ${kind}`,
    },
    { file },
  );

/** The error for a model of a task family other than the requested one. */
export const otherFamily = (file: string, found: string, family: FamilyId): UserError =>
  new UserError(
    'other-family',
    {
      en: `This model was fitted for ${found}, not ${family}`,
      zh: `该模型用于任务族 ${found}，不是 ${family}`,
    },
    {
      file,
      hint: {
        en: 'Name a task of its family, or a model trained for this one.',
        zh: '请指定其任务族的任务，或使用为该任务训练的模型。',
      },
    },
  );
