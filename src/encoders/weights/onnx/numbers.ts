import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { toFloats } from '../floats.ts';
import { BYTES, damaged, elements, type NumberType, openFile, unsupported } from '../stored.ts';
import { integersOf, type OnnxTensor } from './file.ts';

/** Numbers of `TensorProto.DataType`. */
const TYPES: Readonly<Record<number, NumberType>> = {
  1: 'f32',
  2: 'u8',
  3: 'i8',
  5: 'i16',
  6: 'i32',
  7: 'i64',
  9: 'bool',
  10: 'f16',
  11: 'f64',
  16: 'bf16',
};
/** Fields of typed numbers with fixed widths; the others hold varints. */
const [FLOATS, DOUBLES] = [4, 10];

/** The type of a tensor's numbers. Throws a UserError for strings, 4-bit numbers and what else no weights are. */
export function typeOf({ type, name }: OnnxTensor, file: string): NumberType {
  const found = TYPES[type];
  if (found) return found;
  throw unsupported(
    file,
    name,
    { en: `The tensor has the unsupported ONNX type ${type}`, zh: `不支持的 ONNX 张量类型 ${type}` },
    { en: 'Export the model in fp32, fp16 or int8.', zh: '请以 fp32、fp16 或 int8 导出模型。' },
  );
}

/** All values as 32-bit floats; integers keep their value. Throws a UserError naming the tensor. */
export async function readNumbers(tensor: OnnxTensor, file: string): Promise<Float32Array> {
  const type = typeOf(tensor, file);
  const bytes = await bytesOf(tensor, file);
  const { buffer } = bytes;
  if (type === 'i8') return Float32Array.from(new Int8Array(buffer));
  if (type === 'u8' || type === 'bool') return Float32Array.from(bytes);
  if (type === 'i16') return Float32Array.from(new Int16Array(buffer));
  if (type === 'i32') return Float32Array.from(new Int32Array(buffer));
  if (type === 'i64') return Float32Array.from(new BigInt64Array(buffer), Number);
  return toFloats(bytes, type)!;
}

/** The integers of a small tensor in the file itself; undefined for any other. */
export function smallIntegers(tensor: OnnxTensor, file: string): number[] | undefined {
  const count = elements(tensor.shape);
  if (tensor.external || count > MAX_SMALL || ![6, 7].includes(tensor.type)) return undefined;
  const bytes = Buffer.from(inlineBytes(tensor, file));
  const wide = tensor.type === 7;
  if (bytes.length !== count * (wide ? 8 : 4)) return undefined;
  return Array.from({ length: count }, (_, i) =>
    wide ? Number(bytes.readBigInt64LE(i * 8)) : bytes.readInt32LE(i * 4),
  );
}

/** Beyond every shape and position that a graph computes with. */
const MAX_SMALL = 1 << 16;

async function bytesOf(tensor: OnnxTensor, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const size = elements(tensor.shape) * BYTES[typeOf(tensor, file)];
  const bytes = tensor.external ? await externalBytes(tensor, size, file) : inlineBytes(tensor, file);
  if (bytes.length === size) return bytes;
  throw damaged(file, tensor.name, {
    en: `[${tensor.shape.join(', ')}] takes ${size} bytes, it has ${bytes.length}`,
    zh: `形状 [${tensor.shape.join(', ')}] 应占 ${size} 字节，实际为 ${bytes.length} 字节`,
  });
}

function inlineBytes(tensor: OnnxTensor, file: string): Uint8Array<ArrayBuffer> {
  if (tensor.raw) return new Uint8Array(tensor.raw);
  const type = typeOf(tensor, file);
  const fixed = tensor.typed.flatMap(([field, value]) =>
    [FLOATS, DOUBLES].includes(field) && typeof value !== 'number' ? [value] : [],
  );
  if (fixed.length > 0) return new Uint8Array(Buffer.concat(fixed));
  const values = tensor.typed.flatMap(([, value]) => integersOf(value, file));
  const width = BYTES[type];
  const bytes = Buffer.alloc(values.length * width);
  for (const [i, value] of values.entries()) {
    const wrapped = BigInt.asUintN(width * 8, BigInt(value));
    if (width === 8) bytes.writeBigUInt64LE(wrapped, i * 8);
    else bytes.writeUIntLE(Number(wrapped), i * width, width);
  }
  return new Uint8Array(bytes);
}

/** The file next to the model that holds a tensor's numbers. Throws a UserError if it would be outside the folder. */
export function externalFile({ name, external }: OnnxTensor, file: string): string {
  const location = normalize(external?.get('location') ?? '');
  if (location !== '.' && !isAbsolute(location) && location !== '..' && !location.startsWith(`..${sep}`))
    return join(dirname(file), location);
  throw damaged(file, name, {
    en: `its numbers are in ${JSON.stringify(external?.get('location') ?? '')}, outside the folder`,
    zh: `数据位于目录之外的 ${JSON.stringify(external?.get('location') ?? '')}`,
  });
}

async function externalBytes(
  tensor: OnnxTensor,
  size: number,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const [offset, length] = ['offset', 'length'].map((key) => tensor.external?.get(key));
  const [from, bytes] = [Number(offset ?? 0), Number(length ?? size)];
  if (!Number.isSafeInteger(from) || from < 0 || bytes !== size)
    throw damaged(file, tensor.name, {
      en: `its numbers are ${length} bytes at ${offset} of a file, not ${size}`,
      zh: `数据为文件偏移 ${offset} 处的 ${length} 字节，应为 ${size} 字节`,
    });
  const access = await openFile(externalFile(tensor, file));
  try {
    if (from + size > access.size)
      throw damaged(access.file, tensor.name, {
        en: `it ends at byte ${from + size}, the file at ${access.size}`,
        zh: `应在第 ${from + size} 字节结束，而文件只有 ${access.size} 字节`,
      });
    return await access.fill(new Uint8Array(size), from, tensor.name);
  } finally {
    await access.close();
  }
}
