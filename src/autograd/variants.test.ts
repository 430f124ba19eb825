import { describe, expect, it, onTestFinished } from 'vitest';
import { createRandom } from '../ground/random.ts';
import {
  compile,
  gelu,
  grad,
  input,
  linear,
  mul,
  type SessionOptions,
  sum,
  type TypedArray,
  type Value,
} from './index.ts';
import { compileVariants } from './variants.ts';

const WIDTH = 8;
const random = createRandom(3, 'variants');
const filled = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.next() - 0.5);
const parameters = { weight: filled(WIDTH * WIDTH), bias: filled(WIDTH) };

/** Loss, gradients and rows of one dense layer on this many rows. */
function results(rows: number): Readonly<Record<string, Value>> {
  const [weight, bias] = [input('weight', [WIDTH, WIDTH]), input('bias', [WIDTH])];
  const y = gelu(linear(input('x', [rows, WIDTH]), weight, bias));
  const loss = sum(mul(y, y));
  const [left, right] = grad(loss, [weight, bias]);
  return { loss, y, left, right };
}

const SIZES = [2, 3, 5, 7, 11];
const feedsOf = (rows: number) => ({ ...parameters, x: filled(rows * WIDTH) });

async function variants(options: SessionOptions = {}) {
  const programs = await compileVariants(SIZES.map(results), { threads: 1, ...options });
  onTestFinished(() => programs[0].release());
  return programs;
}

describe('compileVariants', () => {
  it.each([{}, { uncopied: true }])(
    'computes the same as each graph alone, in any order: %j',
    async (options) => {
      const programs = await variants(options);
      for (const i of [4, 0, 3, 1, 2, 4, 0]) {
        const feeds = feedsOf(SIZES[i]);
        const alone = await compile(results(SIZES[i]), { threads: 1 });
        expect(await programs[i].run(feeds)).toEqual(await alone.run(feeds));
        await alone.release();
      }
    },
  );

  it('writes only requested values, into the given arrays', async () => {
    const programs = await variants({ uncopied: true });
    const into = { left: new Float32Array(WIDTH * WIDTH), y: new Float32Array(SIZES[2] * WIDTH) };
    const found: Record<string, TypedArray> = await programs[2].run(feedsOf(SIZES[2]), {
      into,
      fetch: ['left', 'y'],
    });
    expect(Object.keys(found)).toEqual(['left', 'y']);
    expect(found.y).toBe(into.y);
    expect(into.left.every((number) => number !== 0)).toBe(true);
  });

  it('says which input does not fit, and has no input of another variant', async () => {
    const programs = await variants();
    await expect(programs[0].run(feedsOf(SIZES[1]))).rejects.toThrow('x: 24 values do not fill');
    const other = { ...results(2), loss: sum(input('z', [2])) };
    await expect(compileVariants([results(2), other])).rejects.toThrow('z is not the same in all variants');
  });

  it('may be released by each of its programs', async () => {
    const programs = await compileVariants(SIZES.map(results), { threads: 1 });
    for (const program of programs) await program.release();
  });
});
