import * as z from 'zod';
import { toFloats } from './floats.ts';
import {
  BYTES,
  damaged,
  elements,
  type NumberType,
  openFile,
  type RandomAccess,
  type StoredTensor,
  unsupported,
  type WeightFile,
} from './stored.ts';

/** The header of a BERT takes 30 kB; the format itself allows 100 MB. */
const MAX_HEADER_BYTES = 16 << 20;

const TYPES: Readonly<Record<string, NumberType>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F64: 'f64',
  I64: 'i64',
  I32: 'i32',
  I16: 'i16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
};

const entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(16),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Bytes of the file. */
  readonly start: number;
  readonly end: number;
}

/**
 * Opens a `.safetensors` file: 8 bytes with the length of a JSON header, the header, the numbers. The tensors
 * must tile the rest of the file without gap or overlap, as the format demands. Throws a UserError.
 */
export async function openSafetensors(file: string): Promise<WeightFile> {
  const access = await openFile(file);
  try {
    const entries = await readEntries(access);
    return {
      format: 'safetensors',
      file,
      tensors: entries.map((one) => stored(access, one)),
      close: () => access.close(),
    };
  } catch (error) {
    await access.close();
    throw error;
  }
}

function stored(access: RandomAccess, { name, shape, type, start, end }: Entry): StoredTensor {
  return {
    name,
    shape,
    type,
    identity: name,
    bytes: end - start,
    async read() {
      const bytes = await access.fill(new Uint8Array(end - start), start, name);
      const values = toFloats(bytes, type);
      if (values) return values;
      throw unsupported(
        access.file,
        name,
        `The tensor holds ${type}, not real numbers`,
        'Save it as F32, F16 or BF16.',
      );
    },
  };
}

async function readEntries(access: RandomAccess): Promise<Entry[]> {
  const { file, size } = access;
  const prefix = await access.fill(new Uint8Array(8), 0, 'header');
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw damaged(
      file,
      'header',
      `its length would be ${length} bytes, so this may not be a safetensors file`,
    );
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size)
    throw damaged(file, 'header', `it would end at byte ${dataStart}, the file ends at ${size}`);
  const bytes = await access.fill(new Uint8Array(Number(length)), 8, 'header');
  const entries = parseHeader(bytes, file).map(([name, value]) => checkEntry(name, value, dataStart, file));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = dataStart;
  for (const { name, start, end } of entries) {
    if (start < at) throw damaged(file, name, `it overlaps the tensor before it (byte ${start} < ${at})`);
    if (start > at) throw damaged(file, name, `${start - at} bytes before it belong to no tensor`);
    if (end > size) throw damaged(file, name, `it ends at byte ${end}, the file at ${size}: it was cut off`);
    at = end;
  }
  if (at !== size) throw damaged(file, 'end', `${size - at} bytes after the last tensor`);
  return entries;
}

function parseHeader(bytes: Uint8Array, file: string): [name: string, value: unknown][] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(file, 'header', `it is not JSON (${(error as Error).message})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged(file, 'header', 'it is not a JSON object');
  }
  return Object.entries(header).filter(([name]) => name !== '__metadata__');
}

function checkEntry(name: string, value: unknown, dataStart: number, file: string): Entry {
  const result = entry.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw damaged(file, name, `${issue.path.join('.')}: ${issue.message}`);
  }
  const { dtype, shape, data_offsets } = result.data;
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (!type)
    throw unsupported(file, name, `The tensor has the unknown type ${dtype}`, 'Save it as F32, F16 or BF16.');
  const [first, last] = data_offsets;
  const count = elements(shape);
  if (count < 0) throw damaged(file, name, `the shape ${JSON.stringify(shape)} is too large`);
  if (last - first !== count * BYTES[type]) {
    const declared = `${JSON.stringify(shape)} of ${dtype} takes ${count * BYTES[type]} bytes`;
    throw damaged(file, name, `${declared}, its offsets span ${last - first}`);
  }
  return { name, shape, type, start: dataStart + first, end: dataStart + last };
}
