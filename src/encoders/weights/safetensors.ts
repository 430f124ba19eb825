import * as z from 'zod';
import { issueText } from '../../ground/issues.ts';
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
      size: access.size,
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
        { en: `The tensor holds ${type}, not real numbers`, zh: `张量类型为 ${type}，不是实数` },
        { en: 'Save it as F32, F16 or BF16.', zh: '请存为 F32、F16 或 BF16。' },
      );
    },
  };
}

async function readEntries(access: RandomAccess): Promise<Entry[]> {
  const { file, size } = access;
  const prefix = await access.fill(new Uint8Array(8), 0, 'header');
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw damaged(file, 'header', {
      en: `a length of ${length} bytes: this may not be a safetensors file`,
      zh: `长度为 ${length} 字节，可能不是 safetensors 文件`,
    });
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size)
    throw damaged(file, 'header', {
      en: `it would end at byte ${dataStart}, the file ends at ${size}`,
      zh: `应在第 ${dataStart} 字节结束，而文件只有 ${size} 字节`,
    });
  const bytes = await access.fill(new Uint8Array(Number(length)), 8, 'header');
  const entries = parseHeader(bytes, file).map(([name, value]) => checkEntry(name, value, dataStart, file));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = dataStart;
  for (const { name, start, end } of entries) {
    if (start < at)
      throw damaged(file, name, {
        en: `it overlaps the tensor before it (byte ${start} < ${at})`,
        zh: `与前一个张量重叠（字节 ${start} < ${at}）`,
      });
    if (start > at)
      throw damaged(file, name, {
        en: `${start - at} bytes before it belong to no tensor`,
        zh: `之前有 ${start - at} 字节不属于任何张量`,
      });
    if (end > size)
      throw damaged(file, name, {
        en: `it ends at byte ${end}, the file at ${size}: truncated`,
        zh: `应在第 ${end} 字节结束，而文件只有 ${size} 字节，已被截断`,
      });
    at = end;
  }
  if (at !== size)
    throw damaged(file, 'end', {
      en: `${size - at} bytes after the last tensor`,
      zh: `最后一个张量之后多出 ${size - at} 字节`,
    });
  return entries;
}

function parseHeader(bytes: Uint8Array, file: string): [name: string, value: unknown][] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw damaged(file, 'header', { en: `it is not JSON (${why})`, zh: `不是有效的 JSON（${why}）` });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged(file, 'header', { en: 'it is not a JSON object', zh: '不是 JSON 对象' });
  }
  return Object.entries(header).filter(([name]) => name !== '__metadata__');
}

function checkEntry(name: string, value: unknown, dataStart: number, file: string): Entry {
  const result = entry.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const [path, why] = [issue.path.join('.'), issueText(issue)];
    throw damaged(file, name, { en: `${path}: ${why.en}`, zh: `${path}：${why.zh}` });
  }
  const { dtype, shape, data_offsets } = result.data;
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (!type)
    throw unsupported(
      file,
      name,
      { en: `The tensor has the unknown type ${dtype}`, zh: `未知的张量类型 ${dtype}` },
      { en: 'Save it as F32, F16 or BF16.', zh: '请存为 F32、F16 或 BF16。' },
    );
  const [first, last] = data_offsets;
  const count = elements(shape);
  if (count < 0)
    throw damaged(file, name, {
      en: `the shape ${JSON.stringify(shape)} is too large`,
      zh: `形状 ${JSON.stringify(shape)} 过大`,
    });
  if (last - first !== count * BYTES[type]) {
    const [size, span, declared] = [count * BYTES[type], last - first, JSON.stringify(shape)];
    throw damaged(file, name, {
      en: `${declared} of ${dtype} takes ${size} bytes, its offsets span ${span}`,
      zh: `${dtype} 类型的 ${declared} 应占 ${size} 字节，而偏移范围为 ${span} 字节`,
    });
  }
  return { name, shape, type, start: dataStart + first, end: dataStart + last };
}
