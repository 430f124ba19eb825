import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { allocate, type Block } from './memory.ts';

const LENGTH = 1003;
const random = createRandom(5, 'kernels');
const filled = (block: Block, scale: number): Float32Array => {
  for (let i = 0; i < block.data.length; i++) block.data[i] = (random.next() - 0.5) * scale;
  return block.data.slice();
};
const bits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0];

describe('kernels', () => {
  const [[p, g, m, v, seeds]] = allocate([[LENGTH, LENGTH, LENGTH, LENGTH, 8]]);
  const { kernels } = p;

  it('adamw updates every number by the formula, including the remainder at the end', () => {
    const [p0, g0, m0] = [filled(p, 1), filled(g, 2), filled(m, 1)];
    v.data.fill(0.01);
    const [scale, decay, a1, b2, a2, step, correction, epsilon] = [
      0.5, 0.99, 0.1, 0.999, 0.001, 1e-3, 0.7, 1e-8,
    ];
    kernels.adamw(
      p.start,
      g.start,
      m.start,
      v.start,
      p.end,
      scale,
      decay,
      a1,
      b2,
      a2,
      step,
      correction,
      epsilon,
    );
    for (let i = 0; i < LENGTH; i++) {
      const gradient = g0[i] * scale;
      const mean = m0[i] + (gradient - m0[i]) * a1;
      const variance = 0.01 * b2 + gradient * gradient * a2;
      expect(m.data[i]).toBeCloseTo(mean, 6);
      expect(v.data[i]).toBeCloseTo(variance, 6);
      expect(p.data[i]).toBeCloseTo(
        p0[i] * decay - (step * mean) / (Math.sqrt(variance) / correction + epsilon),
        6,
      );
      expect(g.data[i]).toBe(g0[i]);
    }
  });

  it('adamw and squares compute in the documented order, to the bit', () => {
    const [p0, g0, m0] = [filled(p, 1), filled(g, 2), filled(m, 1)];
    for (let i = 0; i < LENGTH; i++) v.data[i] = random.next() ** 8;
    const v0 = v.data.slice();
    const scalars = [0.5, 0.99, 0.1, 0.999, 0.001, 1e-3, 0.7, 1e-8] as const;
    kernels.adamw(p.start, g.start, m.start, v.start, p.end, ...scalars);
    const f = Math.fround;
    const [scale, decay, a1, b2, a2, step, correction, epsilon] = scalars.map(f);
    for (let i = 0; i < LENGTH; i++) {
      const gradient = f(g0[i] * scale);
      const mean = f(m0[i] + f(f(gradient - m0[i]) * a1));
      const variance = f(f(v0[i] * b2) + f(f(gradient * gradient) * a2));
      const root = f(f(f(Math.sqrt(variance)) / correction) + epsilon);
      expect(m.data[i]).toBe(mean);
      expect(v.data[i]).toBe(variance);
      expect(p.data[i]).toBe(f(f(p0[i] * decay) - f(step * f(mean / root))));
    }
    let total = 0;
    for (let i = 0; i < LENGTH; i += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((lane) => f((g0[i + lane] ?? 0) ** 2));
      total += a + b + (c + d);
    }
    expect(kernels.squares(g.start, g.end)).toBe(total);
  });

  it('combine mixes two arrays, squares sums squares', () => {
    const [p0, g0] = [filled(p, 1), filled(g, 1)];
    kernels.combine(p.start, g.start, p.end, 0.25, 2);
    for (let i = 0; i < LENGTH; i++) expect(p.data[i]).toBeCloseTo(p0[i] * 0.25 + g0[i] * 2, 6);
    const total = g0.reduce((sum, value) => sum + value * value, 0);
    expect(kernels.squares(g.start, g.end)).toBeCloseTo(total, 4);
  });

  it('mask keeps the given share, reproducibly for each seed', () => {
    const make = (...state: number[]): Float32Array => {
      new Int32Array(seeds.data.buffer, seeds.start, 8).set([...state, ...state]);
      kernels.mask(p.start, p.end, seeds.start, Math.floor(0.8 * 2 ** 32) | 0, bits(1.25));
      return p.data.slice();
    };
    const first = make(11, 22, 33, 44);
    expect(new Set(first)).toEqual(new Set([0, 1.25]));
    const kept = first.filter((value) => value !== 0).length / LENGTH;
    expect(Math.abs(kept - 0.8)).toBeLessThan(0.05);
    expect(make(11, 22, 33, 44)).toEqual(first);
    expect(make(11, 22, 33, 45)).not.toEqual(first);
  });
});

describe('allocate', () => {
  it('gives separate zeroed arrays at multiples of 16 bytes', () => {
    const blocks = allocate([[1, 5], [8]]).flat();
    expect(blocks.map(({ start, end }) => [start, end])).toEqual([
      [0, 16],
      [16, 48],
      [48, 80],
    ]);
    for (const { data } of blocks) data.fill(1);
    expect(blocks.map(({ data }) => data.length)).toEqual([1, 5, 8]);
  });
});
