import type { NumberType } from './stored.ts';

/** Bytes (little-endian, at an offset that suits the type) as 32-bit floats; null if they are no real numbers. */
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

/**
 * Floats as IEEE 754 binary16, rounded to nearest, ties to even; NaN and infinity are kept. Null where a finite
 * number rounds to infinity: 65 520 and beyond.
 */
export function toHalves(floats: Float32Array): Uint16Array<ArrayBuffer> | null {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) {
    const half = halfOf(bits[i]);
    if ((half & 0x7fff) === 0x7c00 && (bits[i] & 0x7fffffff) !== 0x7f800000) return null;
    halves[i] = half;
  }
  return halves;
}

function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const fraction = bits & 0x7fffff;
  const exponent = (bits >>> 23) & 255;
  if (exponent === 255) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200 | (fraction >> 13));
  const scaled = exponent - 112;
  if (scaled >= 31) return sign | 0x7c00;
  if (scaled < -10) return sign;
  // below the smallest normal half the leading 1 is written out and moves right; a carry may reach the exponent, rightly
  const [whole, dropped] = scaled > 0 ? [(scaled << 23) | fraction, 13] : [fraction | 0x800000, 14 - scaled];
  const half = whole >>> dropped;
  const rest = whole & ((1 << dropped) - 1);
  const tie = 1 << (dropped - 1);
  return sign | (rest > tie || (rest === tie && (half & 1) === 1) ? half + 1 : half);
}
