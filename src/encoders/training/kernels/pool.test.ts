import { describe, expect, it } from 'vitest';
import { adamw, createTrained, gradientNorm } from '../adamw.ts';
import { createMasks } from '../dropout.ts';
import { allocate } from './memory.ts';
import { createPool } from './pool.ts';

/** Enough numbers for a pool to use its threads, and not a multiple of anything. */
const SHAPES = new Map([
  ['a', [1_500_001]],
  ['b', [3]],
]);

/** Three steps on a made-up gradient, and the masks of one. */
async function work(threads: number) {
  const trained = createTrained(SHAPES);
  const sites = [
    { name: 'm', size: 70_001, rows: 1, rate: 0.1, used: 70_001, stride: 70_001 },
    { name: 'n', size: 5, rows: 1, rate: 0.5, used: 5, stride: 5 },
  ];
  const masks = createMasks([sites], 3);
  await using pool = createPool([masks.area, ...trained.map(({ value }) => value)], threads);
  const norms = [];
  for (let step = 1; step <= 3; step++) {
    for (const { gradient } of trained)
      for (let i = 0; i < gradient.data.length; i++) gradient.data[i] = Math.sin(i * step);
    norms.push(gradientNorm(trained, pool));
    adamw(trained, { step, rate: () => 1e-3, decay: () => 0.01 }, pool);
  }
  const values = trained.map(({ value }) => value.data.slice());
  const filled = Object.values(masks.fill(sites, { stream: '1', row: 0 }, pool)).map((mask) =>
    (mask as Float32Array).slice(),
  );
  return { norms, values, filled };
}

describe('a pool', () => {
  it('computes the same to the bit with one thread and with three', async () => {
    const [one, three] = [await work(1), await work(3)];
    expect(three).toEqual(one);
    expect(new Set(one.filled[1]).size).toBeGreaterThan(1);
    const squares = Array.from({ length: 1_500_001 }, (_, i) => Math.fround(Math.sin(i)) ** 2);
    const exact = squares.reduce((sum, square) => sum + square, 0) + Math.sin(1) ** 2 + Math.sin(2) ** 2;
    expect(one.norms[0]).toBeCloseTo(Math.sqrt(exact), 3);
  });

  it('reports failed calls of any thread and keeps working', async () => {
    const [[x]] = allocate([[1 << 22]]);
    await using pool = createPool([x], 2);
    const beyond = { block: x, kernel: 'squares', inputs: [0, x.memory.buffer.byteLength + 64] } as const;
    expect(() => pool.run([beyond, beyond])).toThrow('2 kernel calls failed');
    x.data.fill(2, 0, 4);
    expect([...pool.run([{ block: x, kernel: 'squares', inputs: [0, 32] }])]).toEqual([16]);
  });

  it('runs more calls than its table holds', async () => {
    const [[x]] = allocate([[4]]);
    await using pool = createPool([x], 2);
    x.data.set([1, 2, 3, 4]);
    const results = pool.run(Array(10_000).fill({ block: x, kernel: 'squares', inputs: [x.start, x.end] }));
    expect(results.length).toBe(10_000);
    expect(new Set(results)).toEqual(new Set([30]));
  });
});
