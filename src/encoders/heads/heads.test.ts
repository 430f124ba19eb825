import { describe, expect, it } from 'vitest';
import { compile, grad, input, type Tensors, type Value } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { fixedLayout, noDropout } from '../architectures/graph.ts';
import { parseConfig } from '../architectures/registry.ts';
import { CHAIN, crfHead } from './crf.ts';
import { type EmbeddingTarget, embeddingHead } from './embedding.ts';
import type { TrainableHead } from './head.ts';
import { rankingHead } from './ranking.ts';
import { multilabelHead, sequenceHead } from './sequence.ts';
import { type Cell, spanHead } from './span.ts';
import { tokenHead } from './tokens.ts';

const [BATCH, LENGTH, HIDDEN] = [3, 6, 4];
const CONFIG = parseConfig(
  JSON.stringify({
    vocab_size: 9,
    hidden_size: HIDDEN,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    intermediate_size: 8,
  }),
);
const SHAPE = { batch: BATCH, length: LENGTH };
const random = createRandom(3, 'heads');
const noise = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => 2 * random.next() - 1);

interface Built {
  readonly loss: number;
  readonly outputs: Tensors;
  readonly feeds: Record<string, Float32Array>;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  again(feeds: Record<string, Float32Array>): Promise<number>;
}

/** Loss, outputs and gradients of a head over random hidden states and parameters. */
async function build<T>(
  head: TrainableHead<T, unknown>,
  rows: readonly T[],
  tokens: readonly number[],
): Promise<Built> {
  const parameters = new Map([...head.parameters].map(([name, shape]) => [name, input(name, shape)]));
  const hidden = input('hidden', [BATCH, LENGTH, HIDDEN]);
  const mask = input('mask', [BATCH, LENGTH], 'int64');
  const context = {
    hidden,
    mask,
    parameter: (name: string): Value => parameters.get(name)!,
    dense: (x: Value, name: string): Value => fixedLayout.dense(x, name, (of) => parameters.get(of)!),
    dropout: noDropout,
  };
  const outputs = head.outputs(context);
  const loss = head.loss(outputs, context);
  const leaves = [hidden, ...parameters.values()];
  const names = ['hidden', ...parameters.keys()];
  const gradients = Object.fromEntries(grad(loss, leaves).map((g, i) => [`d ${names[i]}`, g]));
  const program = await compile({ loss, ...outputs, ...gradients }, { threads: 1 });
  const feeds = Object.fromEntries(
    leaves.map((leaf, i) => [names[i], noise(leaf.shape.reduce((a, b) => a * b, 1))]),
  );
  const targets = head.targets(rows, SHAPE, tokens, head.weight(rows));
  const counted = BigInt64Array.from({ length: BATCH * LENGTH }, (_, at) =>
    BigInt(at % LENGTH < (tokens[Math.floor(at / LENGTH)] ?? 0)),
  );
  const run = (given: Tensors): ReturnType<typeof program.run> =>
    program.run({ ...targets, mask: counted, ...given });
  const result = await run(feeds);
  return {
    loss: Number(result.loss[0]),
    outputs: result,
    feeds,
    gradients: Object.fromEntries(names.map((name) => [name, result[`d ${name}`] as Float32Array])),
    again: async (given) => Number((await run(given)).loss[0]),
  };
}

/** Central differences in every input agree with the gradient. */
async function expectGradients({ feeds, gradients, again }: Built): Promise<void> {
  for (const [name, gradient] of Object.entries(gradients)) {
    const scale = Math.max(0.02, ...gradient.map(Math.abs));
    for (let i = 0; i < gradient.length; i += Math.ceil(gradient.length / 12)) {
      const moved = async (step: number): Promise<number> =>
        again({ ...feeds, [name]: feeds[name].with(i, feeds[name][i] + step) as Float32Array });
      const slope = ((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2;
      expect(Math.abs(slope - gradient[i]), `${name} ${i}`).toBeLessThan(0.02 * scale);
    }
  }
}

const logSumExp = (list: readonly number[]): number =>
  Math.log(list.reduce((sum, x) => sum + Math.exp(x), 0));

describe('sequenceHead', () => {
  it('is cross-entropy with smoothing and class weights, padding left out', async () => {
    const head = sequenceHead(CONFIG, 3, { smoothing: 0.3, weights: [1, 2, 3] });
    const built = await build(head, [2, 0], [6, 6]);
    const logits = [0, 1].map((row) => [...head.read(built.outputs, row, 6, SHAPE)]);
    const loss = (row: number, label: number, weight: number): number => {
      const share = logits[row].map((x) => x - logSumExp(logits[row]));
      return -weight * (0.7 * share[label] + 0.1 * share.reduce((a, b) => a + b));
    };
    expect(built.loss).toBeCloseTo((loss(0, 2, 3) + loss(1, 0, 1)) / 4, 5);
    await expectGradients(built);
  });
});

describe('multilabelHead', () => {
  it('is binary cross-entropy of every label', async () => {
    const head = multilabelHead(CONFIG, 3);
    const built = await build(head, [[0, 2], []], [6, 6]);
    const expected = [0, 1].flatMap((row) =>
      [...head.read(built.outputs, row, 6, SHAPE)].map((x, label) => {
        const held = row === 0 && label !== 1;
        return Math.log1p(Math.exp(held ? -x : x));
      }),
    );
    expect(built.loss).toBeCloseTo(expected.reduce((a, b) => a + b) / 6, 5);
    await expectGradients(built);
  });
});

describe('rankingHead', () => {
  const rows = [
    { query: 0, relevance: 2 },
    { query: 0, relevance: 0 },
    { query: 0, relevance: 1 },
  ];
  it('pairwise: log(1 + exp(-lead)) over all ordered pairs of a query', async () => {
    const head = rankingHead(CONFIG, 'pairwise');
    const built = await build(head, rows, [6, 6, 6]);
    const [a, b, c] = [0, 1, 2].map((row) => head.read(built.outputs, row, 6, SHAPE));
    const pair = (lead: number): number => Math.log1p(Math.exp(-lead));
    expect(built.loss).toBeCloseTo((pair(a - b) + pair(a - c) + pair(c - b)) / 3, 5);
    await expectGradients(built);
  });
  it('listwise: a softmax over the documents of each query, separate from other queries', async () => {
    const head = rankingHead(CONFIG, 'listwise');
    const two = [rows[0], rows[2], { query: 1, relevance: 3 }];
    const built = await build(head, two, [6, 6, 6]);
    const [a, b] = [0, 1].map((row) => head.read(built.outputs, row, 6, SHAPE));
    const all = logSumExp([a, b]);
    expect(built.loss).toBeCloseTo((0.75 * (all - a) + 0.25 * (all - b)) / 2, 5);
    await expectGradients(built);
  });
});

describe('embeddingHead', () => {
  const cosines = (head: TrainableHead<EmbeddingTarget, Float32Array>, { outputs }: Built) => {
    const vectors = [0, 1, 2].map((row) => head.read(outputs, row, 6, SHAPE));
    return (i: number, j: number): number => vectors[i].reduce((sum, x, k) => sum + x * vectors[j][k], 0);
  };
  const query = { query: 0, text: 0 };

  it.each(['mean', 'cls'] as const)(
    'contrastive: cross-entropy of the right document, %s',
    async (pooling) => {
      const head = embeddingHead(CONFIG, { pooling, objective: 'contrastive', temperature: 0.5 });
      const rows = [query, { query: 0, text: 1, grade: 1, positive: true }, { query: 0, text: 2, grade: 0 }];
      const built = await build(head, rows, [6, 6, 6]);
      const cosine = cosines(head, built);
      expect(cosine(1, 1)).toBeCloseTo(1, 5);
      const [right, wrong] = [cosine(0, 1) / 0.5, cosine(0, 2) / 0.5];
      expect(built.loss).toBeCloseTo(logSumExp([right, wrong]) - right, 5);
      await expectGradients(built);
    },
  );

  it('contrastive: equal texts, equally good documents and equal queries do not count against one', async () => {
    const head = embeddingHead(CONFIG, { pooling: 'mean', objective: 'contrastive', temperature: 0.5 });
    const positive = { query: 0, text: 1, grade: 1, positive: true };
    for (const other of [
      { query: 0, text: 1, grade: 0 },
      { query: 0, text: 2, grade: 1 },
      { query: 0, text: 0, grade: 0 },
    ])
      expect((await build(head, [query, positive, other], [6, 6, 6])).loss).toBeCloseTo(0, 6);
  });

  it('cosent: log(1 + the sum of exp(lower - higher)) over pairs of unequal grades', async () => {
    const head = embeddingHead(CONFIG, { pooling: 'mean', objective: 'cosent', temperature: 0.5 });
    const rows = [query, { query: 0, text: 1, grade: 2 }, { query: 0, text: 2, grade: 1 }];
    const built = await build(head, rows, [6, 6, 6]);
    const cosine = cosines(head, built);
    expect(built.loss).toBeCloseTo(Math.log1p(Math.exp((cosine(0, 2) - cosine(0, 1)) / 0.5)), 5);
    await expectGradients(built);
    const equal = await build(head, [query, rows[1], { ...rows[2], grade: 2 }], [6, 6, 6]);
    expect(equal.loss).toBe(0);
    expect(equal.gradients.hidden.every((slope) => slope === 0)).toBe(true);
  });

  it('leaves padding out of the mean', async () => {
    const head = embeddingHead(CONFIG, { pooling: 'mean', objective: 'cosent', temperature: 0.5 });
    const [hidden, mask] = [input('hidden', [1, 2, HIDDEN]), input('mask', [1, 2], 'int64')];
    const context = { hidden, mask, parameter: () => hidden, dense: () => hidden, dropout: noDropout };
    const program = await compile({ ...head.outputs(context) }, { threads: 1 });
    const states = Float32Array.of(3, 0, 0, 4, 9, 9, 9, 9);
    const result = await program.run({ hidden: states, mask: BigInt64Array.of(1n, 0n) });
    const vector = [...head.read(result, 0, 1, { batch: 1, length: 2 })];
    for (const [i, x] of [0.6, 0, 0, 0.8].entries()) expect(vector[i]).toBeCloseTo(x, 6);
  });
});

describe('tokenHead', () => {
  it('is cross-entropy over the tokens that count', async () => {
    const head = tokenHead(CONFIG, 2);
    const built = await build(head, [Int32Array.of(1, -1, 0), Int32Array.of(0)], [5, 3]);
    const scores = [0, 1].map((row) => head.read(built.outputs, row, row === 0 ? 5 : 3, SHAPE));
    expect(scores.map(({ length }) => length)).toEqual([6, 2]);
    const loss = (of: Float32Array, token: number, tag: number): number =>
      logSumExp([of[token * 2], of[token * 2 + 1]]) - of[token * 2 + tag];
    expect(built.loss).toBeCloseTo(
      (loss(scores[0], 0, 1) + loss(scores[0], 2, 0) + loss(scores[1], 0, 0)) / 3,
      5,
    );
    await expectGradients(built);
  });
});

describe('crfHead', () => {
  it('is the negative log-likelihood over all tag sequences', async () => {
    const tags = 3;
    const head = crfHead(CONFIG, tags);
    const gold = [Int32Array.of(0, 2, 1, 1), Int32Array.of(1, 0), Int32Array.of()];
    const built = await build(head, gold, [6, 4, 2]);
    const start = built.feeds[CHAIN.start];
    const end = built.feeds[CHAIN.end];
    const between = built.feeds[CHAIN.between];
    let loss = 0;
    for (const [row, sequence] of gold.entries()) {
      if (sequence.length === 0) continue;
      const scores = head.read(built.outputs, row, sequence.length + 2, SHAPE);
      const paths = Array.from({ length: tags ** sequence.length }, (_, code) =>
        Array.from(sequence, (_tag, k) => Math.floor(code / tags ** k) % tags),
      );
      const score = (path: ArrayLike<number>): number =>
        Array.from(path).reduce(
          (sum, tag, k) => sum + scores[k * tags + tag] + (k > 0 ? between[path[k - 1] * tags + tag] : 0),
          start[path[0]] + end[path[path.length - 1]],
        );
      loss += logSumExp(paths.map(score)) - score(sequence);
    }
    expect(built.loss).toBeCloseTo(loss / 6, 4);
    await expectGradients(built);
  });
});

describe('spanHead', () => {
  it('pushes gold cells above 0 and all others below, and reads cells above 0', async () => {
    const head = spanHead(CONFIG, 2, 1);
    const gold: Cell[][] = [
      [
        { type: 0, first: 0, last: 2 },
        { type: 0, first: 1, last: 1 },
        { type: 1, first: 3, last: 0 },
      ],
      [],
    ];
    const built = await build(head, gold, [6, 4]);
    const scores = built.outputs.scores as Float32Array;
    let loss = 0;
    for (const [row, cells] of gold.entries()) {
      const inside = row === 0 ? 4 : 2;
      for (const type of [0, 1]) {
        const [right, wrong] = [[0], [0]];
        for (let first = 0; first < inside; first++) {
          for (let last = type === 0 ? first : 0; last < inside; last++) {
            const score = scores[((row * 2 + type) * LENGTH + first + 1) * LENGTH + last + 1];
            const isRight = cells.some(
              (cell) => cell.type === type && cell.first === first && cell.last === last,
            );
            if (isRight) right.push(-score);
            else wrong.push(score);
          }
        }
        loss += logSumExp(right) + logSumExp(wrong);
      }
      const read = head.read(built.outputs, row, inside + 2, SHAPE);
      expect(read.every(({ score, type, first, last }) => score > 0 && (type === 1 || first <= last))).toBe(
        true,
      );
    }
    expect(built.loss).toBeCloseTo(loss / 4, 4);
    await expectGradients(built);
  });
});
