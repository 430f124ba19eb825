import type { NumberType } from './stored.ts';

/** Bytes (little-endian, at an offset that suits the type) as 32-bit floats; null where they are no real numbers. */
export function toFloats(bytes: Uint8Array<ArrayBuffer>, type: NumberType): Float32Array | null {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (type) {
    case 'f32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'f64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'f16':
      return fromHalves(new Uint16Array(buffer, byteOffset, byteLength / 2));
    case 'bf16':
      return fromBfloats(new Uint16Array(buffer, byteOffset, byteLength / 2));
    default:
      return null;
  }
}

/** A bfloat16 is the upper half of a float. */
function fromBfloats(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

let halfTable: Uint32Array | undefined;

/** IEEE 754 binary16, through a table of the bits of all 65 536. */
function fromHalves(halves: Uint16Array): Float32Array {
  halfTable ??= Uint32Array.from({ length: 0x10000 }, (_, half) => halfBits(half));
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halfTable[halves[i]];
  return new Float32Array(bits.buffer);
}

/** The bits of the float that equals a half; NaN payloads are kept. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
