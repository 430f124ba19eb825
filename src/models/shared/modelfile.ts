import { readFile } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, writeAtomic } from '../../ground/files.ts';
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

/**
 * Reads what `writeModelFile` wrote. UserError if the file is missing, damaged, of another kind, or (by
 * `family` in its header) for another family of tasks.
 */
export async function readModelFile(file: string, kind: string, family?: FamilyId): Promise<ModelContent> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw explainFileError(error, file);
  }
  const damaged = (what: string): UserError =>
    new UserError('not-a-model', `This is not a whole model file: ${what}`, {
      file,
      hint: 'Fit the model again.',
    });
  if (bytes.length < 12 || bytes.toString('latin1', 0, 8) !== MAGIC) throw damaged('its first bytes differ');
  const headerEnd = 12 + bytes.readUInt32LE(8);
  if (headerEnd > bytes.length) throw damaged('it ends too early');
  let header: Header;
  try {
    header = JSON.parse(bytes.toString('utf8', 12, headerEnd));
  } catch {
    throw damaged('its header is not JSON');
  }
  if (header.version !== VERSION) throw damaged(`version ${header.version}, expected ${VERSION}`);
  if (header.kind !== kind) {
    throw new UserError('other-model', `This file holds a model of kind ${header.kind}, not ${kind}`, {
      file,
    });
  }
  if (family !== undefined && header.header.family !== family) {
    throw new UserError('other-family', `This model was fitted for ${header.header.family}, not ${family}`, {
      file,
    });
  }
  const arrays: Record<string, ModelArray> = {};
  let at = headerEnd;
  for (const { name, type, length } of header.arrays) {
    const byteLength = length * ARRAYS[type].BYTES_PER_ELEMENT;
    if (at + byteLength > bytes.length) throw damaged('it ends too early');
    const copy = new Uint8Array(byteLength);
    copy.set(bytes.subarray(at, at + byteLength));
    arrays[name] = new ARRAYS[type](copy.buffer);
    at += byteLength + padding(byteLength);
  }
  return { header: header.header, arrays };
}
