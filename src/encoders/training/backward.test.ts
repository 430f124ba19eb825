import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import { crfHead } from '../heads/crf.ts';
import type { TrainableHead } from '../heads/head.ts';
import { rankingHead } from '../heads/ranking.ts';
import { multilabelHead, sequenceHead } from '../heads/sequence.ts';
import { spanHead } from '../heads/span.ts';
import { tokenHead } from '../heads/tokens.ts';
import { createBackward, passesOf } from './backward.ts';
import { createMasks } from './dropout.ts';
import { type Item, objectiveOf } from './finetune.ts';
import { createPool } from './kernels/pool.ts';
import { prepareParameters } from './parameters.ts';
import { compileStep } from './step.ts';

const LENGTH = 9;
const config = parseConfig(
  JSON.stringify({
    vocab_size: 12,
    hidden_size: 6,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 8,
    max_position_embeddings: LENGTH,
    hidden_dropout_prob: 0.2,
    attention_probs_dropout_prob: 0.3,
    initializer_range: 0.5,
  }),
);

const random = createRandom(5, 'items');
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
/** Items of one row each, of lengths 3 to 9. */
const itemsOf = <Target>(count: number, target: (tokens: number) => Target): Item<Target>[] =>
  many(count, () => {
    const tokens = 1 + random.below(LENGTH - 2);
    const ids = Int32Array.of(1, ...many(tokens, () => 4 + random.below(8)), 2);
    return { rows: [{ sequence: { ids, types: new Int32Array(ids.length) }, target: target(tokens) }] };
  });
const tags = (tokens: number): Int32Array => Int32Array.from(many(tokens, () => random.below(3)));
const classes = { smoothing: 0.1, weights: [0.5, 1.25, 3] };

interface Cut {
  readonly rdrop?: number;
  readonly adversarial?: number;
}

/** Gradients of one update, made of batches with these items. */
async function gradientsOf<Target>(
  head: TrainableHead<Target, unknown>,
  items: readonly Item<Target>[],
  { batches, size, rdrop, adversarial }: Cut & { batches: number[][]; size: number },
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const { parameters: scheme } = architectureOf(config);
  const initial = scheme.initial(config, 1);
  for (const [name, shape] of head.parameters) initial.set(name, scheme.fresh(config, name, shape, 2));
  const model = { config, initial, isTrained: () => true, learningRate: () => 1 };
  const shapes = new Map(Array.from(initial, ([name, { shape }]) => [name, shape]));
  const trained = new Set(initial.keys());
  const step = await compileStep({
    ...{ config, head, shapes, trained, rdrop, samples: 2, dropout: true },
    ...{ batch: size, length: LENGTH, threads: 1 },
  });
  const parameters = prepareParameters(model, {
    sum: batches.length * passesOf({ adversarial }) > 1,
    average: false,
  });
  const masks = createMasks([step.sites], 7);
  await using pool = createPool([masks.area, ...parameters.trained.map(({ value }) => value)], 1);
  const objective = objectiveOf({ config, head, items });
  const backward = createBackward(
    { model, objective, settings: { adversarial } },
    { parameters, steps: new Map([[LENGTH, step]]), masks, pool },
  );
  const rowsOf = (list: readonly number[]) => list.reduce((sum, item) => sum + items[item].rows.length, 0);
  const shaped = batches.map((list) => ({ batch: size, length: LENGTH, items: list, rows: rowsOf(list) }));
  const { loss } = await backward(shaped, 4);
  const gradients = parameters.trained.map(({ name, gradient }) => [name, gradient.data.slice()] as const);
  return { loss, gradients: new Map(gradients) };
}

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** 17 items in one batch have the gradient of the same items in batches of 16 and 1, and of 5, 5, 5 and 2. */
async function expectEqual<Target>(
  head: TrainableHead<Target, unknown>,
  items: readonly Item<Target>[],
  settings: Cut = {},
): Promise<void> {
  const all = [...items.keys()];
  const rows = Math.max(...items.map((item) => item.rows.length));
  const whole = await gradientsOf(head, items, { batches: [all], size: 17 * rows, ...settings });
  const largest = Math.max(...[...whole.gradients.values()].map(norm));
  expect(largest).toBeGreaterThan(1e-3);
  for (const [size, batches] of [
    [16, [all.slice(0, 16), all.slice(16)]],
    [5, [0, 5, 10, 15].map((from) => all.slice(from, from + 5))],
  ] as const) {
    const parts = await gradientsOf(head, items, { batches: [...batches], size: size * rows, ...settings });
    expect(Math.abs(parts.loss / whole.loss - 1)).toBeLessThan(1e-6);
    for (const [name, expected] of whole.gradients) {
      const apart = norm(parts.gradients.get(name)!.map((value, i) => value - expected[i]));
      // the gradient of key biases is zero but for rounding
      expect(apart / Math.max(norm(expected), largest / 100), name).toBeLessThan(1e-6);
    }
  }
}

describe('batches of one update have the gradient of one large batch, dropout included', () => {
  it('for classes, with weights, smoothing and R-Drop', async () => {
    const items = itemsOf(17, () => random.below(3));
    await expectEqual(sequenceHead(config, 3), items);
    await expectEqual(sequenceHead(config, 3, classes), items, { rdrop: 2 });
  });

  it('for sets of labels', async () => {
    const items = itemsOf(17, () => [random.below(3)]);
    await expectEqual(multilabelHead(config, 3, { weights: classes.weights }), items);
  });

  it('for tags, per token, with weights, smoothing and R-Drop', async () => {
    const items = itemsOf(17, tags);
    items[3].rows[0].target.fill(-1);
    await expectEqual(tokenHead(config, 3), items);
    await expectEqual(tokenHead(config, 3, classes), items, { rdrop: 2 });
  });

  it('with FGM, which perturbs along the gradient of the whole update', async () => {
    await expectEqual(
      sequenceHead(config, 3, classes),
      itemsOf(17, () => random.below(3)),
      { adversarial: 0.5 },
    );
    await expectEqual(tokenHead(config, 3), itemsOf(17, tags), { rdrop: 2, adversarial: 0.5 });
  });

  it('for a CRF', () => expectEqual(crfHead(config, 3), itemsOf(17, tags)));

  it('for spans', async () => {
    const items = itemsOf(17, (tokens) => [{ type: random.below(2), first: 0, last: random.below(tokens) }]);
    await expectEqual(spanHead(config, 2), items);
  });

  it.each(['pairwise', 'listwise'] as const)('for %s ranking', async (kind) => {
    const single = itemsOf(51, () => 0).flatMap(({ rows }) => rows);
    const items = many(17, (query) => ({
      rows: single
        .slice(3 * query, 3 * query + (query % 2 ? 2 : 3))
        .map(({ sequence }, relevance) => ({ sequence, target: { query, relevance } })),
    }));
    await expectEqual(rankingHead(config, kind), items);
  });
});
