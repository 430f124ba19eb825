import { UserError } from '../../ground/errors.ts';
import { toHalves } from './floats.ts';
import type { Tensor } from './read.ts';

/** Tensors begin at a multiple of this, in bytes, as the format asks for the sake of mapped files. */
const ALIGNMENT = 8;

/** How numbers are kept: 32-bit or 16-bit floats. */
export const PRECISIONS = ['fp32', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];

const STORED = { fp32: { dtype: 'F32', bytes: 4 }, fp16: { dtype: 'F16', bytes: 2 } } as const;

/**
 * A safetensors file, piece by piece: the tensors in order of their names. Throws a UserError that names the tensor
 * whose numbers are too large for 16 bits.
 */
export function* safetensorsFile(
  tensors: ReadonlyMap<string, Tensor>,
  precision: Precision = 'fp32',
): Generator<Uint8Array> {
  const { dtype, bytes } = STORED[precision];
  const names = [...tensors.keys()].sort((a, b) => (a < b ? -1 : 1));
  const header: Record<string, object> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    const size = data.length * bytes;
    header[name] = { dtype, shape, data_offsets: [at, at + size] };
    at += size;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(8 + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  yield head;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    const stored = precision === 'fp16' ? toHalves(data) : data;
    if (!stored) {
      throw new UserError(
        'fp16-overflow',
        {
          en: 'The tensor has values beyond the range of float16 (±65 504)',
          zh: '张量数值超出 float16 范围（±65504）',
        },
        {
          field: name,
          hint: { en: 'Keep the model in fp32.', zh: '请保留 fp32 精度。' },
        },
      );
    }
    yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  }
}
