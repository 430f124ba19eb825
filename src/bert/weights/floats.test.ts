import { describe, expect, it } from 'vitest';
import { toFloats } from './floats.ts';

describe('toFloats', () => {
  it('knows all 65 536 halves', () => {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const floats = toFloats(new Uint8Array(halves.buffer), 'f16')!;
    for (let half = 0; half < 0x10000; half++) {
      const sign = half >> 15 ? -1 : 1;
      const exponent = (half >> 10) & 31;
      const fraction = half & 1023;
      const size =
        exponent === 31
          ? fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : exponent === 0
            ? fraction * 2 ** -24
            : (1024 + fraction) * 2 ** (exponent - 25);
      if (!Object.is(floats[half], sign * size)) throw new Error(`0x${half.toString(16)} is ${floats[half]}`);
    }
    expect(floats).toHaveLength(0x10000);
  });

  it('takes bfloat16 for upper halves of floats', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3f80, 0xc020, 0x7f80, 0x0001).buffer);
    expect([...toFloats(bytes, 'bf16')!]).toEqual([1, -2.5, Number.POSITIVE_INFINITY, 2 ** -133]);
  });

  it('rounds doubles and has no floats for integers', () => {
    expect([...toFloats(new Uint8Array(Float64Array.of(0.1, -2).buffer), 'f64')!]).toEqual([
      Math.fround(0.1),
      -2,
    ]);
    expect(toFloats(new Uint8Array(8), 'i64')).toBeNull();
  });
});
