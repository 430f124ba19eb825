import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFloats, toHalves } from './floats.ts';

describe('toFloats', () => {
  it('converts all 65 536 half-precision numbers', () => {
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

  it('reads bfloat16 as the upper halves of floats', () => {
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

describe('toHalves', () => {
  const every = toFloats(new Uint8Array(Uint16Array.from({ length: 0x10000 }, (_, i) => i).buffer), 'f16')!;

  it('round-trips every half-precision number, NaN as a NaN', () => {
    const back = toHalves(every)!;
    for (let half = 0; half < 0x10000; half++) {
      const isNone = (half & 0x7fff) > 0x7c00;
      if (isNone ? (back[half] & 0x7fff) <= 0x7c00 : back[half] !== half)
        throw new Error(`0x${half.toString(16)} came back as 0x${back[half].toString(16)}`);
    }
    expect(back).toHaveLength(0x10000);
  });

  it('rounds to nearest, ties to even', () => {
    const finite = [...every.subarray(0, 0x7c00)];
    const ties = finite.slice(1).map((value, i) => (value + finite[i]) / 2);
    const halves = toHalves(Float32Array.from(ties))!;
    for (let i = 0; i < ties.length; i++) {
      const lower = toHalves(Float32Array.of(finite[i]))![0];
      const even = lower % 2 === 0 ? lower : lower + 1;
      if (halves[i] !== even) throw new Error(`${ties[i]} became ${halves[i]}, not ${even}`);
    }
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const half = toHalves(Float32Array.of(value))!;
        const [rounded] = toFloats(new Uint8Array(half.buffer), 'f16')!;
        const neighbours = toFloats(new Uint8Array(Uint16Array.of(half[0] - 1, half[0] + 1).buffer), 'f16')!;
        for (const other of neighbours)
          if (Number.isFinite(other))
            expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.abs(other - value));
      }),
    );
  });

  it('rounds up to the largest half-precision number and no further', () => {
    expect(toHalves(Float32Array.of(65519.996))![0]).toBe(0x7bff);
    expect(toHalves(Float32Array.of(1, -65520))).toBeNull();
    expect(toHalves(Float32Array.of(3e38))).toBeNull();
    expect([...toHalves(Float32Array.of(Number.POSITIVE_INFINITY, 2 ** -25, 2 ** -24))!]).toEqual([
      0x7c00, 0, 1,
    ]);
  });
});
