import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';

/**
 * One file a model: `CBLUEMOD`, the length of the header (uint32), the header (JSON, padded with spaces
 * to a multiple of 8 bytes), then every array, each padded to a multiple of 8. All little-endian.
 */
const MAGIC = 'CBLUEMOD';
const VERSION = 1;
const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array } as const;
type ArrayName = keyof typeof ARRAYS;
export type ModelArray = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

export interface ModelContent {
  /** What is not an array: plain JSON. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, ModelArray>>;
}

interface Header {
  readonly version: number;
  readonly kind: string;
  readonly header: Record<string, unknown>;
  readonly arrays: readonly { name: string; type: ArrayName; length: number }[];
}

const padding = (length: number): number => (8 - (length % 8)) % 8;

/** Size in bytes that the content takes in memory and, but for the header, in its file. */
export function sizeOf(content: ModelContent): number {
  const arrays = Object.values(content.arrays).reduce((sum, array) => sum + array.byteLength, 0);
  return arrays + Buffer.byteLength(JSON.stringify(content.header));
}

/** Writes a model of the kind to one file, whole or not at all. */
export async function writeModelFile(file: string, kind: string, content: ModelContent): Promise<void> {
  const arrays = Object.entries(content.arrays);
  const header: Header = {
    version: VERSION,
    kind,
    header: content.header,
    arrays: arrays.map(([name, array]) => ({
      name,
      type: array.constructor.name as ArrayName,
      length: array.length,
    })),
  };
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(12);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(json.length + padding(json.length + 12), 8);
  const parts: Uint8Array[] = [start, json, Buffer.alloc(padding(json.length + 12), ' ')];
  for (const [, array] of arrays) {
    parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    parts.push(new Uint8Array(padding(array.byteLength)));
  }
  await writeAtomic(file, parts);
}

/** The arrays that a model file must have, by name. */
export type ArraySpecs = Readonly<Record<string, ArrayName>>;
export type ArraysOf<A extends ArraySpecs> = {
  readonly [K in keyof A]: InstanceType<(typeof ARRAYS)[A[K]]>;
};

/** What a file of one kind must hold: the rest of its content is ignored. */
export interface ContentSpec<H, A extends ArraySpecs> {
  readonly header: z.ZodType<H>;
  readonly arrays: A;
}

export interface Content<H, A extends ArraySpecs> {
  readonly header: H;
  readonly arrays: ArraysOf<A>;
}

/** The arrays of the names and types of `specs`, or undefined where one is absent or of another type. */
export function pickArrays<A extends ArraySpecs>(
  arrays: Readonly<Record<string, ModelArray | undefined>>,
  specs: A,
): ArraysOf<A> | undefined {
  const picked = Object.keys(specs).map((name) => [name, arrays[name]] as const);
  if (!picked.every(([name, array]) => array instanceof ARRAYS[specs[name]])) return undefined;
  return Object.fromEntries(picked) as ArraysOf<A>;
}

/** The error for a file that is not what it should be. */
export const damaged = (file: string, what: Text): UserError =>
  new UserError(
    'not-a-model',
    { en: `This is not a complete model file: ${what.en}`, zh: `模型文件不完整：${what.zh}` },
    { file, hint: { en: 'Fit the model again.', zh: '请重新训练模型。' } },
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
  if (!parsed.success) {
    const field = parsed.error.issues[0].path.join('.');
    throw damaged(file, { en: `its header is damaged at "${field}"`, zh: `文件头的“${field}”有误` });
  }
  const picked = pickArrays(arrays, spec.arrays);
  if (!picked) throw damaged(file, { en: 'arrays are missing', zh: '缺少数组' });
  return { header: parsed.data, arrays: picked };
}

/** The same without a look at what the header and the arrays are. */
export async function readModelFile(file: string, kind: string, family?: FamilyId): Promise<ModelContent> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw explainFileError(error, file);
  }
  if (bytes.length < 12 || bytes.toString('latin1', 0, 8) !== MAGIC)
    throw damaged(file, { en: 'its first bytes differ', zh: '文件开头不符' });
  const headerEnd = 12 + bytes.readUInt32LE(8);
  const header = readHeader(file, bytes, headerEnd);
  if (header.kind !== kind) throw otherModel(file, header.kind, kind);
  if (family !== undefined && header.header.family !== family)
    throw otherFamily(file, String(header.header.family), family);
  const arrays: Record<string, ModelArray> = {};
  let at = headerEnd;
  for (const { name, type, length } of header.arrays) {
    const byteLength = length * ARRAYS[type].BYTES_PER_ELEMENT;
    if (at + byteLength > bytes.length) throw damaged(file, TOO_SHORT);
    const copy = new Uint8Array(byteLength);
    copy.set(bytes.subarray(at, at + byteLength));
    arrays[name] = new ARRAYS[type](copy.buffer);
    at += byteLength + padding(byteLength);
  }
  return { header: header.header, arrays };
}

const TOO_SHORT: Text = { en: 'it ends too early', zh: '文件过短' };

function readHeader(file: string, bytes: Buffer, end: number): Header {
  if (end > bytes.length) throw damaged(file, TOO_SHORT);
  let header: Header;
  try {
    header = JSON.parse(bytes.toString('utf8', 12, end));
  } catch {
    throw damaged(file, { en: 'its header is not JSON', zh: '文件头不是 JSON' });
  }
  if (header.version === VERSION) return header;
  throw damaged(file, {
    en: `version ${header.version}, expected ${VERSION}`,
    zh: `版本为 ${header.version}，应为 ${VERSION}`,
  });
}

const otherModel = (file: string, found: string, kind: string): UserError =>
  new UserError(
    'other-model',
    {
      en: `This file holds a model of kind ${found}, not ${kind}`,
      zh: `该文件是 ${found} 类模型，不是 ${kind}`,
    },
    { file },
  );

/** The error for a model of another family of tasks than the one asked for. */
export const otherFamily = (file: string, found: string, family: FamilyId): UserError =>
  new UserError(
    'other-family',
    {
      en: `This model was fitted for ${found}, not ${family}`,
      zh: `该模型用于任务族 ${found}，不是 ${family}`,
    },
    { file },
  );
