import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import type { TrainableHead } from '../heads/head.ts';
import { sequenceHead } from '../heads/sequence.ts';
import { tokenHead } from '../heads/tokens.ts';
import { createMasks } from './dropout.ts';
import { createPool } from './kernels/pool.ts';
import { prepareParameters } from './parameters.ts';
import { compileStep } from './step.ts';

const [BATCH, LENGTH, CLASSES] = [4, 16, 3];
/** Tokens of each row. */
const TOKENS = [16, 13, 7, 10];

const config = parseConfig(
  JSON.stringify({
    vocab_size: 40,
    hidden_size: 256,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 1024,
    max_position_embeddings: 32,
  }),
);

/** Hashes of the gradients of one step with dropout and padding, by parameter. */
async function gradientHashes<Target>(
  head: TrainableHead<Target, unknown>,
  targets: readonly Target[],
  threads: number,
): Promise<Map<string, string>> {
  const { parameters: scheme } = architectureOf(config);
  const initial = scheme.initial(config, 1);
  for (const [name, shape] of head.parameters) initial.set(name, scheme.fresh(config, name, shape, 2));
  const model = { config, initial, isTrained: () => true, learningRate: () => 1 };
  const { trained, weights } = prepareParameters(model, { sum: false, average: false });
  const shapes = new Map(Array.from(initial, ([name, { shape }]) => [name, shape]));
  const step = await compileStep({
    ...{ config, head, shapes, trained: new Set(initial.keys()), dropout: true },
    ...{ batch: BATCH, length: LENGTH, threads },
  });
  const masks = createMasks([step.sites], 7);
  await using pool = createPool([masks.area], 1);
  const random = createRandom(5, 'ids');
  const integers = (of: (row: number, at: number) => number): BigInt64Array =>
    BigInt64Array.from({ length: BATCH * LENGTH }, (_, i) => BigInt(of(Math.floor(i / LENGTH), i % LENGTH)));
  const shape = { batch: BATCH, length: LENGTH };
  const feeds = {
    input_ids: integers(() => random.below(40)),
    token_type_ids: integers(() => 0),
    attention_mask: integers((row, at) => Number(at < TOKENS[row])),
    ...head.targets(targets, shape, TOKENS, head.weight(targets)),
  };
  const drawn = masks.fill(step.sites, { stream: '1', row: 0 }, pool);
  await step.run({ ...weights, ...feeds, ...drawn }, trained);
  await step.release();
  const hashOf = ({ buffer }: Float32Array): string =>
    createHash('sha256').update(new Uint8Array(buffer)).digest('hex');
  return new Map(trained.map(({ name, gradient }) => [name, hashOf(gradient.data.slice())]));
}

const tags = TOKENS.map((tokens) =>
  Int32Array.from({ length: tokens - 2 }, (_, i) => (i % (CLASSES + 1)) - 1),
);

describe('gradients have the same bits for any number of threads', () => {
  // Where a product has more columns than rows, each thread of ONNX Runtime has a range of columns, and adds up longer
  // stretches at once where it has 64 or fewer: from 80 columns per thread on, nothing depends on the number of threads.
  // Below (128 wide with two threads, 256 with four, in batches of fewer tokens) last bits differ, not only signs of zeros.
  it.each([
    ['classes', 'sequence', [2, 3]],
    ['tags', 'tokens', [2]],
  ] as const)('%s', async (_name, kind, counts) => {
    const hashes = (threads: number) =>
      kind === 'tokens'
        ? gradientHashes(tokenHead(config, CLASSES), tags, threads)
        : gradientHashes(sequenceHead(config, CLASSES), [0, 1, 2, 1], threads);
    const one = await hashes(1);
    expect(new Set(one.values()).size).toBe(one.size);
    for (const threads of counts) expect(await hashes(threads)).toEqual(one);
  });
});
