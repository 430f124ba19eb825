import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import {
  add,
  compile,
  fuse,
  gelu,
  gemm,
  grad,
  input,
  layerNorm,
  linear,
  mul,
  reshape,
  sum,
  type Tensors,
  toOnnx,
  type Value,
} from './index.ts';
import { decodeOnnx } from './onnx.ts';

const operators = (results: Record<string, Value>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { op_type: type } of decodeOnnx(toOnnx(results)).graph.node)
    if (type !== 'Identity') counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};

const random = createRandom(2, 'fuse');
const filled = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.next() - 0.5);

async function run(results: Record<string, Value>, feeds: Tensors): Promise<Record<string, number[]>> {
  const program = await compile(results, { threads: 1 });
  const found = await program.run(feeds);
  await program.release();
  return Object.fromEntries(Object.entries(found).map(([name, list]) => [name, Array.from(list, Number)]));
}

describe('fuse', () => {
  const x = input('x', [2, 3]);
  const w = input('w', [3, 3]);

  it('gives the same results as the graph without fusion: a transformer block with its gradients', async () => {
    const [tokens, up, down] = [input('tokens', [5, 4]), input('up', [8, 4]), input('down', [4, 8])];
    const inner = gelu(reshape(linear(tokens, up, input('bias', [8])), [1, 5, 8]));
    const outer = linear(reshape(inner, [5, 8]), down);
    const loss = sum(mul(outer, input('weights', [5, 4])));
    const [a, b, c] = grad(loss, [tokens, up, down]);
    const results = { loss, a, b, c };
    const sizes = { tokens: 20, up: 32, bias: 8, down: 32, weights: 20 };
    const feeds = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, filled(size)]));
    const [plain, fused] = [await run(results, feeds), await run(fuse(results), feeds)];
    for (const [name, list] of Object.entries(plain))
      for (const [i, expected] of list.entries()) expect(fused[name][i]).toBeCloseTo(expected, 6);
    const { Gelu, Mul, Erf } = operators(results);
    expect([Gelu, Erf, Mul]).toEqual([1, 1, 7]);
    // two of the loss, u (1 + erf u), u², u exp, and g times the slope
    expect(operators(fuse(results))).toMatchObject({ Erf: 1, Mul: 6 });
    expect(operators(fuse(results)).Gelu).toBeUndefined();
  });

  it('gives the same bits for any number of threads', async () => {
    const [rows, width] = [1856, 256];
    const sizes = { tokens: rows * width, up: width * width, gain: width, bias: width };
    const feeds = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, filled(size)]));
    const [tokens, up] = [input('tokens', [rows, width]), input('up', [width, width])];
    const [gain, bias] = [input('gain', [width]), input('bias', [width])];
    const y = gelu(layerNorm(linear(tokens, up), gain, bias));
    const [a, b, c] = grad(sum(mul(y, y)), [tokens, up, gain]);
    const bits = async (threads: number): Promise<string[]> => {
      const program = await compile(fuse({ a, b, c }), { threads });
      const found = await program.run(feeds);
      await program.release();
      return Object.values(found).map(({ buffer }) =>
        createHash('sha256').update(new Uint8Array(buffer)).digest('hex'),
      );
    };
    const one = await bits(1);
    for (const threads of [2, 3]) expect(await bits(threads)).toEqual(one);
  });

  it('moves factors into a product, on either side of a reshape', () => {
    const scaled = mul(reshape(gemm(mul(x, 3), w, input('c', [3])), [6]), 2);
    expect(operators(fuse({ scaled }))).toEqual({ Gemm: 1, Reshape: 1 });
    expect(fuse({ scaled }).scaled.inputs[0].attributes).toMatchObject({
      alpha: { float: 6 },
      beta: { float: 2 },
    });
  });

  it('does not change a product that is also needed without its factor', () => {
    const product = gemm(x, w);
    expect(operators(fuse({ y: add(mul(product, 2), product) }))).toEqual({ Gemm: 1, Mul: 1, Add: 1 });
    expect(operators(fuse({ product, y: mul(product, 2) }))).toEqual({ Gemm: 1, Mul: 1 });
    expect(operators(fuse({ y: mul(product, input('s', [1])) }))).toEqual({ Gemm: 1, Mul: 1 });
  });

  describe('a product of a transposed matrix', () => {
    const product = (depth: number, rows: number, columns: number): Value =>
      gemm(input('left', [depth, rows]), input('right', [depth, columns]), undefined, 1, 0);

    it.each([
      ['turns the left matrix where it is the smaller', 512, 128, 256],
      ['turns the right matrix and the result where the left one is larger', 512, 512, 256],
    ])('%s, to the bit', async (_, depth, rows, columns) => {
      const y = product(depth, rows, columns);
      const both = rows > columns;
      expect(operators(fuse({ y }))).toEqual({ Reshape: both ? 4 : 2, Transpose: both ? 2 : 1, Gemm: 1 });
      expect(fuse({ y }).y.shape).toEqual(y.shape);
      const feeds = { left: filled(depth * rows), right: filled(depth * columns) };
      expect(await run(fuse({ y }), feeds)).toEqual(await run({ y }, feeds));
    });

    it('is not changed where moving data would cost more: small, narrow, or with few rows', () => {
      const sizes = [
        [3, 2, 4],
        [4096, 128, 128],
        [128, 2048, 256],
      ];
      for (const [depth, rows, columns] of sizes)
        expect(operators(fuse({ y: product(depth, rows, columns) }))).toEqual({ Gemm: 1 });
    });
  });

  it('counts a value that is written twice as used twice', () => {
    expect(operators(fuse({ y: add(mul(gemm(x, w), 2), gemm(x, w)) }))).toEqual({ Gemm: 1, Mul: 1, Add: 1 });
  });
});
