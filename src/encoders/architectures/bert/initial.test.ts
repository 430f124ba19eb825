import { describe, expect, it } from 'vitest';
import { createVocabulary } from '../../tokenizers/vocabulary.ts';
import { type BertConfig, config as format } from './config.ts';
import { EMBEDDINGS } from './names.ts';
import { parameters } from './parameters.ts';

const VOCABULARY = createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'腹痛发烧咳嗽']);
const configOf = (heads: number): BertConfig =>
  format.initial(VOCABULARY, { layers: 2, hidden: 64, heads, positions: 40 }, 'BertModel');
const deviation = (data: ArrayLike<number>): number =>
  Math.sqrt(Array.from(data, (x) => x * x).reduce((sum, x) => sum + x, 0) / data.length);

/** Attention of a head over positions, from the embeddings of positions alone, as the first layer reads them. */
function attention(config: BertConfig, head: number, from: number): number[] {
  const tensors = parameters.initial(config, 1);
  const data = (name: string): Float32Array => tensors.get(name)!.data;
  const { hiddenSize: hidden, heads, maxPositions } = config;
  const size = hidden / heads;
  const table = data(EMBEDDINGS.positions);
  const row = (position: number): number[] => {
    const values = [...table.subarray(position * hidden, (position + 1) * hidden)];
    const scale = deviation(values);
    return values.map((value) => value / scale);
  };
  const project = (part: string, position: number): number[] => {
    const [matrix, x] = [data(`encoder.layer.0.attention.self.${part}.weight`), row(position)];
    return Array.from({ length: size }, (_, i) =>
      x.reduce((sum, value, j) => sum + value * matrix[(head * size + i) * hidden + j], 0),
    );
  };
  const query = project('query', from);
  const scores = Array.from({ length: maxPositions }, (_, position) =>
    project('key', position).reduce((sum, value, i) => sum + value * query[i], 0),
  );
  const weights = scores.map((score) => Math.exp((score - Math.max(...scores)) / Math.sqrt(size)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

describe('random weights', () => {
  it('depend on the seed, with a deviation by width that is smaller at the end of a block', () => {
    const config = configOf(4);
    const tensors = parameters.initial(config, 1);
    expect([...tensors.keys()]).toEqual([...parameters.shapes(config).keys()]);
    expect(tensors).toEqual(parameters.initial(config, 1));
    expect(tensors).not.toEqual(parameters.initial(config, 2));
    expect(config.initializerRange).toBeCloseTo(1 / 8, 12);
    const of = (name: string): number => deviation(tensors.get(name)!.data);
    expect(of('encoder.layer.0.intermediate.dense.weight')).toBeCloseTo(1 / 8, 2);
    expect(of('encoder.layer.1.attention.self.value.weight')).toBeCloseTo(1 / 8, 2);
    expect(of('encoder.layer.1.output.dense.weight')).toBeCloseTo(1 / 80, 3);
    expect(of('encoder.layer.1.attention.output.dense.weight')).toBeCloseTo(1 / 80, 3);
    expect(of(EMBEDDINGS.positions)).toBeCloseTo(1 / 8, 2);
    expect(
      tensors
        .get(EMBEDDINGS.words)!
        .data.subarray(0, 64)
        .every((x) => x === 0),
    ).toBe(true);
  });

  it.each([
    [0, -1],
    [1, 1],
    [2, -2],
    [3, 2],
  ])('let head %i look at the token at distance %i', (head, distance) => {
    for (const from of [5, 20, 30]) {
      const seen = attention(configOf(4), head, from);
      const near = seen
        .slice(from + distance - 2, from + distance + 3)
        .reduce((sum, share) => sum + share, 0);
      expect(near).toBeGreaterThan(0.5);
      const centre = seen.reduce((sum, share, position) => sum + share * position, 0);
      expect(Math.abs(centre - from - distance)).toBeLessThan(3);
    }
  });

  it('leave all heads unconstrained where there are few', () => {
    const seen = attention(configOf(2), 0, 20);
    expect(Math.max(...seen)).toBeLessThan(0.3);
  });
});
