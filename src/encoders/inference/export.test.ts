import { describe, expect, it } from 'vitest';
import { decodeOnnx } from '../../autograd/onnx.ts';
import { createRandom } from '../../ground/random.ts';
import { fillNormal } from '../architectures/initial.ts';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import type { Head } from '../heads/head.ts';
import { sequenceHead } from '../heads/sequence.ts';
import { type ScoredCell, spanHead } from '../heads/span.ts';
import { tokenHead } from '../heads/tokens.ts';
import { exportOnnx, quantise } from './export.ts';
import { createForward, openForward } from './forward.ts';
import type { Sequence } from './sequences.ts';

const config = parseConfig(
  JSON.stringify({
    vocab_size: 50,
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 64,
    max_position_embeddings: 40,
    initializer_range: 0.2,
  }),
);
const random = createRandom(2, 'export');
const sequences: Sequence[] = Array.from({ length: 9 }, (_, i) => {
  const ids = Int32Array.from({ length: 3 + i * 4 }, () => random.below(50));
  return { ids, types: ids.map((_id, k) => Number(k > ids.length / 2)) };
});

function weightsOf(head: Head<unknown>): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const weights = new Map(architectureOf(config).parameters.initial(config, 3));
  for (const [name, shape] of head.parameters) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    fillNormal(data, 0.2, 3, name);
    weights.set(name, { shape, data });
  }
  return weights;
}

const options = { config, threads: 1 };
const apart = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  Math.max(...a.flatMap((list, i) => Array.from(list, (value, k) => Math.abs(value - b[i][k]))));

describe('exportOnnx', () => {
  it.each<[string, Head<Float32Array>]>([
    ['a sentence head', sequenceHead(config, 3)],
    ['a token head', tokenHead(config, 5)],
  ])('%s: the file answers as the graphs do, in 8 bits nearly so', async (_name, head) => {
    const weights = weightsOf(head);
    const shapes = new Map(Array.from(weights, ([name, { shape }]) => [name, shape]));
    const fed = Object.fromEntries(Array.from(weights, ([name, { data }]) => [name, data]));
    const expected = await createForward(head, { ...options, shapes, weights: fed })(sequences);
    const full = await openForward(head, exportOnnx({ config, head, weights, precision: 'fp32' }), options);
    expect(apart(await full(sequences), expected)).toBeLessThan(1e-4);
    const small = await openForward(head, exportOnnx({ config, head, weights, precision: 'int8' }), options);
    const largest = Math.max(...expected.flatMap((list) => [...list]).map(Math.abs));
    const error = apart(await small(sequences), expected) / largest;
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.15);
  });

  it('a span head: the file takes any length, though rows and columns of scores are by position', async () => {
    const head = spanHead(config, 3, 2);
    const weights = weightsOf(head);
    const shapes = new Map(Array.from(weights, ([name, { shape }]) => [name, shape]));
    const fed = Object.fromEntries(Array.from(weights, ([name, { data }]) => [name, data]));
    const expected = await createForward(head, { ...options, shapes, weights: fed })(sequences);
    const model = exportOnnx({ config, head, hidden: true, weights, precision: 'fp32' });
    const { graph } = decodeOnnx(model);
    expect(graph.output.map(({ name }: { name: string }) => name)).toEqual(['last_hidden_state', 'scores']);
    const answers = await (await openForward(head, model, options))(sequences);
    expect(answers.flat().length).toBeGreaterThan(50);
    const keyed = (lists: readonly ScoredCell[][]): Map<string, number> =>
      new Map(
        lists.flatMap((list, i) => list.map(({ score, ...cell }) => [JSON.stringify([i, cell]), score])),
      );
    const [ours, theirs] = [keyed(answers), keyed(expected)];
    for (const key of new Set([...ours.keys(), ...theirs.keys()]))
      expect(ours.get(key) ?? 0, key).toBeCloseTo(theirs.get(key) ?? 0, 3);
  });

  it('has the inputs and outputs of Hugging Face, of any size', () => {
    const weights = weightsOf(tokenHead(config, 5));
    const { graph } = decodeOnnx(exportOnnx({ config, weights, precision: 'fp32' }));
    const names = (list: { name: string }[]): string[] => list.map(({ name }) => name).sort();
    expect(names(graph.input)).toEqual(['attention_mask', 'input_ids', 'token_type_ids']);
    expect(names(graph.output)).toEqual(['last_hidden_state']);
    expect(graph.output[0].type.tensor_type.shape.dim).toEqual([
      { dim_param: 'batch' },
      { dim_param: 'sequence' },
      { dim_value: 32 },
    ]);
  });
});

describe('quantise', () => {
  it('turns rows into columns of whole numbers', () => {
    const { quantised, scales } = quantise(Float32Array.of(0.63, -0.5, 0, 0), 2, {
      transposed: true,
      largest: 63,
    });
    expect([...quantised]).toEqual([63, 0, -50, 0]);
    expect([...scales]).toEqual([Math.fround(0.01), 1]);
  });
});
