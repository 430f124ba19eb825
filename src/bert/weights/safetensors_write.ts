import type { Tensor } from './read.ts';

/** Tensors begin at a multiple of this, in bytes, as the format asks for the sake of mapped files. */
const ALIGNMENT = 8;

/** A safetensors file of 32-bit floats, piece by piece: the tensors in order of their names. */
export function* safetensorsFile(tensors: ReadonlyMap<string, Tensor>): Generator<Uint8Array> {
  const names = [...tensors.keys()].sort((a, b) => (a < b ? -1 : 1));
  const header: Record<string, object> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(8 + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  yield head;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
