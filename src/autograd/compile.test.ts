import { describe, expect, it } from 'vitest';
import { interpret } from './fixtures/interpreter.ts';
import {
  add,
  compile,
  constant,
  div,
  grad,
  input,
  layerNorm,
  linear,
  mul,
  slice,
  sum,
  toOnnx,
  transpose,
  type Value,
} from './index.ts';
import { decodeOnnx } from './onnx.ts';

const operators = (model: Uint8Array): string[] =>
  decodeOnnx(model).graph.node.map((node: { op_type: string }) => node.op_type);

describe('toOnnx', () => {
  it('computes equal values once, however often they are written', () => {
    const x = input('x', [2]);
    const square = () => mul(add(x, 1), add(x, 1));
    expect(operators(toOnnx({ y: add(square(), square()) }))).toEqual(['Add', 'Mul', 'Add', 'Identity']);
  });

  it('keeps values separate that differ only in an attribute, a constant or its shape', () => {
    const x = input('x', [2, 2]);
    const y = add(
      add(sum(x, [0], true), sum(x, [1], true)),
      add(constant([1, 2], [2, 1]), constant([1, 2], [1, 2])),
    );
    expect(operators(toOnnx({ y })).filter((name) => name === 'ReduceSum')).toHaveLength(2);
    const { initializer } = decodeOnnx(toOnnx({ y })).graph;
    expect(initializer.filter(({ name }: { name: string }) => name.startsWith('constant'))).toHaveLength(2);
  });

  it('merges the parts of one layer normalisation into one operator', () => {
    const [x, gain, bias] = [input('x', [2, 4]), input('gain', [4]), input('bias', [4])];
    const y = layerNorm(x, gain, bias);
    const [g] = grad(sum(mul(y, y)), [x]);
    const nodes = decodeOnnx(toOnnx({ y, g })).graph.node.filter(
      ({ op_type: type }: { op_type: string }) => type === 'LayerNormalization',
    );
    expect(nodes).toHaveLength(1);
    expect(nodes[0].output).toHaveLength(3);
  });

  it('puts weights into the model and declares sizes by name where asked', () => {
    const y = linear(input('x', [2, 3]), input('w', [1, 3]));
    const model = toOnnx(
      { y },
      { weights: new Map([['w', Float32Array.of(1, 2, 3)]]), declared: { x: ['batch', 3], y: ['batch', 1] } },
    );
    const { graph } = decodeOnnx(model);
    expect(graph.input.map(({ name }: { name: string }) => name)).toEqual(['x']);
    expect(graph.input[0].type.tensor_type.shape.dim).toEqual([{ dim_param: 'batch' }, { dim_value: 3 }]);
    expect(graph.initializer[0]).toMatchObject({ name: 'w', dims: [1, 3], data_type: 1 });
  });

  it('refuses names used twice, and weights of the wrong size', () => {
    expect(() => toOnnx({ y: add(input('x', [2]), input('x', [1])) })).toThrow(
      'Two different inputs are named x',
    );
    expect(() => toOnnx({ x: add(input('x', [2]), 1) })).toThrow('An input and an output are named x');
    const y = linear(input('x', [2, 3]), input('w', [1, 3]));
    expect(() => toOnnx({ y }, { weights: new Map([['w', Float32Array.of(1)]]) })).toThrow(
      'w: 1 values do not fill [1, 3]',
    );
  });
});

describe('a compiled graph', () => {
  const run = async (outputs: Record<string, Value>, feeds: Record<string, number[]>) => {
    const program = await compile(outputs, { threads: 1 });
    const given = Object.entries(feeds).map(([name, list]) => [name, Float32Array.from(list)]);
    const result = await program.run(Object.fromEntries(given));
    return Object.fromEntries(Object.entries(result).map(([name, list]) => [name, Array.from(list, Number)]));
  };

  it('keeps NaN, the infinities, 0 and -0 apart', async () => {
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
    const x = input('x', [1]);
    const outputs = Object.fromEntries(numbers.map((number, i) => [`y${i}`, add(x, constant([number]))]));
    const quotients = numbers.map((number, i) => [`z${i}`, div(x, constant([number]))] as const);
    const result = await run({ ...outputs, ...Object.fromEntries(quotients) }, { x: [1] });
    expect(numbers.map((_, i) => result[`y${i}`][0])).toEqual([Number.NaN, Infinity, -Infinity, 1, 1]);
    expect(numbers.map((_, i) => result[`z${i}`][0])).toEqual([Number.NaN, 0, -0, Infinity, -Infinity]);
  });

  it.each(['constant_0', 'v0', 'v1_2', 'integers_0', '_v0', 'constant_1'])(
    'has inputs and outputs named %s',
    async (name) => {
      const graph = (x: Value): Value => sum(mul(add(x, 1), constant([2, 3])), [0]);
      const other = `_${name}`;
      const result = await run(
        { [other]: graph(input(name, [2])), y: graph(graph(add(input(name, [2]), 1))) },
        { [name]: [1, 2] },
      );
      expect(result[other]).toEqual([13]);
      expect((await run({ [name]: graph(input('x', [2])) }, { x: [1, 2] }))[name]).toEqual([13]);
    },
  );

  it('has the gradient of a slice of a transposed tensor', async () => {
    const x = input('x', [2, 3, 4]);
    const y = slice(transpose(x, [2, 0, 1]), 0, 1, 3);
    const [g] = grad(sum(mul(y, y)), [x]);
    const given = Array.from({ length: 24 }, (_, i) => i);
    const result = await run({ g }, { x: given });
    expect(result.g).toEqual(given.map((i) => (i % 4 === 1 || i % 4 === 2 ? 2 * i : 0)));
  });

  it('has second derivatives through layer normalisation', async () => {
    const [x, gain, bias] = [input('x', [1, 3]), input('gain', [3]), input('bias', [3])];
    const y = layerNorm(x, gain, bias, 0.5);
    const [g] = grad(sum(mul(y, mul(y, y))), [x]);
    const [h] = grad(sum(mul(g, constant([1, -2, 0.5]))), [x]);
    const at = { gain: [1, 2, 0.5], bias: [0.1, 0, -1] };
    const { h: hessian } = await run({ h }, { ...at, x: [0.3, -1, 2] });
    const mixture = sum(mul(g, constant([1, -2, 0.5])));
    for (let i = 0; i < 3; i++) {
      const moved = (step: number) =>
        interpret([mixture], { ...at, x: [0.3, -1, 2].with(i, [0.3, -1, 2][i] + step) })[0][0];
      expect(hessian[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 4);
    }
  });
});

describe('a compiled program', () => {
  const x = input('x', [2]);
  const feeds = { x: Float32Array.of(1, 2) };

  it('writes into given arrays and returns only requested values', async () => {
    const program = await compile({ double: add(x, x), square: mul(x, x) }, { threads: 1 });
    const double = new Float32Array(2);
    const result = await program.run(feeds, { fetch: ['double'], into: { double } });
    expect(Object.keys(result)).toEqual(['double']);
    expect(result.double).toBe(double);
    expect([...double]).toEqual([2, 4]);
  });

  it('names an input that is missing or of the wrong size', async () => {
    const program = await compile({ y: add(x, x) }, { threads: 1 });
    await expect(program.run({})).rejects.toThrow('The graph needs the input x');
    await expect(program.run({ x: Float32Array.of(1) })).rejects.toThrow('x: 1 values do not fill [2]');
  });

  it('takes any batch where a size has a name', async () => {
    const y = linear(input('x', [1, 3]), input('w', [1, 3]));
    const weights = new Map([['w', Float32Array.of(1, 2, 3)]]);
    const program = await compile(
      { y },
      { threads: 1, weights, declared: { x: ['batch', 3], y: ['batch', 1] } },
    );
    expect([
      ...(await program.run({ x: Float32Array.of(1, 1, 1, 2, 2, 2) }, { sizes: { batch: 2 } })).y,
    ]).toEqual([6, 12]);
  });

  it('says which device is missing', async () => {
    await expect(compile({ y: add(x, x) }, { device: 'cuda' })).rejects.toThrow('No usable cuda device');
  });
});
