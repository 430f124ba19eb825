import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Tensors } from '../autograd/index.ts';
import { architectureOf } from '../encoders/architectures/registry.ts';
import { createTokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../encoders/tokenizers/vocabulary.ts';
import { createTrained } from '../encoders/training/adamw.ts';
import { createBackward } from '../encoders/training/backward.ts';
import { createMasks } from '../encoders/training/dropout.ts';
import { bytesOf } from '../encoders/training/fixtures/tiny.ts';
import { createPool } from '../encoders/training/kernels/pool.ts';
import { prepareParameters } from '../encoders/training/parameters.ts';
import { compileStep } from '../encoders/training/step.ts';
import { createRandom } from '../ground/random.ts';
import { type BatchOptions, createBatches } from './masks/batch.ts';
import { mostMasked } from './masks/masking.ts';
import { loadPretrainingText } from './masks/text.ts';
import { createMarker } from './masks/units.ts';
import { pretrainingFeeds, pretrainingHead } from './objective/head.ts';
import { startFrom, startFromRandom, withDropout } from './start.ts';
import { objectiveOf, type PretrainRequest, type PretrainSettings, pretrain } from './train.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-pretrain-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;

/** Topics: every sentence of a document has characters of its topic only, always in the same order. */
const TOPICS = ['头痛发热咳嗽', '腹泻呕吐恶心', '骨折肿胀淤青', '皮疹瘙痒红斑'];
const vocabulary = createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...TOPICS.join('')]);
const tokenizer = createTokenizer(vocabulary);
function documents(): string[][] {
  const random = createRandom(3, 'topics');
  return Array.from({ length: 120 }, (_, i) =>
    Array.from({ length: 4 }, () => TOPICS[i % 4].repeat(2).slice(random.below(3), 6 + random.below(5))),
  );
}
const material = loadPretrainingText(documents(), {
  tokenizer,
  mark: createMarker({ entities: ['头痛', '腹泻', '骨折', '皮疹'], spans: ['发热咳嗽', '呕吐恶心'] }),
  heldOut: 0.2,
  seed: 1,
});
const BATCHES: BatchOptions = { maxLength: 24, batchSize: 8, nextSentence: true, seed: 5 };
const WORDS = architectureOf({ modelType: 'bert' }).graph.words;
const SIZES = { layers: 1, hidden: 16, heads: 2, positions: 32, dropout: 0 };
const SETTINGS: PretrainSettings = {
  steps: 12,
  learningRate: 5e-3,
  schedule: 'linear',
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  accumulate: 1,
  evaluateEvery: 100,
  evaluateSequences: 200,
  device: 'cpu',
  threads: 1,
};
const request = async (
  settings: Partial<PretrainSettings> = {},
  more: Partial<PretrainRequest> = {},
): Promise<PretrainRequest> => ({
  start: startFromRandom(tokenizer, SIZES, 1, (await material).train.tokens),
  vocabulary,
  ...(await material),
  batches: BATCHES,
  settings: { ...SETTINGS, ...settings },
  directory: join(scratch, `run${made++}`),
  ...more,
});
const logOf = (directory: string) =>
  readFileSync(join(directory, 'train.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Gradients of one update of this many batches, by parameter, with dropout. */
async function gradientsOf(count: number, batchSize: number): Promise<Map<string, Float32Array>> {
  const { train } = await material;
  const start = withDropout(startFromRandom(tokenizer, SIZES, 1, train.tokens), 0.2);
  const batches = { ...BATCHES, batchSize };
  const { config, tensors: initial } = start;
  const model = { config, initial, isTrained: () => true, learningRate: () => 1 };
  const objective = objectiveOf({ start, batches });
  const step = await compileStep({
    ...{ config, head: objective.loss, batch: batchSize, length: BATCHES.maxLength },
    shapes: new Map(Array.from(initial, ([name, { shape }]) => [name, shape])),
    ...{ trained: new Set(initial.keys()), dropout: true, threads: 1 },
  });
  const parameters = prepareParameters(model, { sum: count > 1, average: false });
  const masks = createMasks([step.sites], 7);
  await using pool = createPool([masks.area, ...parameters.trained.map(({ value }) => value)], 1);
  const machinery = { parameters, steps: new Map([[step.length, step]]), masks, pool };
  const backward = createBackward({ model, objective, settings: { adversarial: 0 } }, machinery);
  const { batch } = createBatches(train, vocabulary, batches);
  const shape = { batch: batchSize, length: step.length, rows: batchSize };
  await backward(
    Array.from({ length: count }, (_, i) => ({ ...shape, given: batch(i) })),
    3,
  );
  return new Map(parameters.trained.map(({ name, gradient }) => [name, gradient.data.slice()]));
}

describe('the step', () => {
  it('of several batches has the gradient of one large batch', async () => {
    const [whole, parts] = [await gradientsOf(1, 16), await gradientsOf(4, 4)];
    const largest = Math.max(...Array.from(whole.values(), (values) => Math.hypot(...values)));
    for (const [name, expected] of whole) {
      const apart = Math.hypot(...parts.get(name)!.map((value, i) => value - expected[i]));
      expect(apart / Math.max(Math.hypot(...expected), largest / 100), name).toBeLessThan(1e-6);
    }
  });

  it.each([true, false])(
    'has the gradient of finite differences (next sentence: %s)',
    async (nextSentence) => {
      const { config, tensors } = startFromRandom(tokenizer, SIZES, 1, (await material).train.tokens);
      const random = createRandom(1, 'weights');
      const batches = { ...BATCHES, nextSentence };
      const batch = createBatches((await material).train, vocabulary, batches).batch(3);
      const places = batches.batchSize * mostMasked(batches.maxLength);
      expect(batch.maskedCount).toBeLessThan(places); // padding must not count
      const unused = (name: string): boolean => !nextSentence && /^(pooler|cls\.seq)/.test(name);
      const shapes = new Map(Array.from(tensors, ([name, { shape }]) => [name, shape]));
      const trained = createTrained(new Map([...shapes].filter(([name]) => !unused(name))));
      for (const { name, value } of trained)
        value.data.set(tensors.get(name)!.data.map((given) => given + 0.2 * (random.next() - 0.5)));
      const step = await compileStep({
        config,
        head: pretrainingHead(config, { places, nextSentence }),
        batch: 8,
        length: 24,
        shapes,
        trained: new Set(trained.map(({ name }) => name)),
        dropout: false,
        threads: 1,
      });
      const feeds: Tensors = {
        ...Object.fromEntries(trained.map(({ name, value }) => [name, value.data])),
        ...pretrainingFeeds(batch),
      };
      const lossAt = async (): Promise<number> => Number((await step.run(feeds, trained)).loss[0]);
      await lossAt();
      const gradients = trained.map(({ gradient }) => Float32Array.from(gradient.data));
      for (const [k, { name, value }] of trained.entries()) {
        // along the gradient itself the difference is largest, and rounding matters least
        const norm = Math.hypot(...gradients[k]);
        if (name.endsWith('key.bias')) {
          expect(norm).toBeLessThan(1e-4);
          continue;
        }
        expect(norm, name).toBeGreaterThan(1e-4);
        const before = Float32Array.from(value.data);
        const size = Math.min(0.02, 0.01 / norm);
        const moved = async (sign: number): Promise<number> => {
          for (let i = 0; i < before.length; i++)
            value.data[i] = before[i] + (sign * size * gradients[k][i]) / norm;
          return lossAt();
        };
        const slope = ((await moved(1)) - (await moved(-1))) / (2 * size);
        value.data.set(before);
        expect(slope / norm, name).toBeGreaterThan(0.97);
        expect(slope / norm, name).toBeLessThan(1.03);
      }
      // the decoder alone reaches tokens that were not read: the tied table has both gradients
      const table = gradients[trained.findIndex(({ name }) => name === WORDS)];
      const read = new Set(batch.ids);
      const unread = vocabulary.tokens.findIndex((_, id) => !read.has(id));
      expect(unread).toBeGreaterThanOrEqual(0);
      expect(Math.hypot(...table.slice(unread * 16, (unread + 1) * 16))).toBeGreaterThan(0);
    },
  );
});

describe('pretrain', () => {
  it('learns both objectives, with scores by kind of unit', async () => {
    const evaluated: number[] = [];
    const given = await request(
      { steps: 600, learningRate: 1e-2, evaluateEvery: 150 },
      { onEvent: (event) => event.kind === 'score' && evaluated.push(event.step) },
    );
    const { scores } = await pretrain(given);
    expect(evaluated).toEqual([0, 150, 300, 450, 600]);
    const log = logOf(given.directory);
    const [first, ...later] = log.filter(({ heldOut }) => heldOut).map(({ heldOut }) => heldOut);
    const last = later.at(-1);
    expect(last.loss).toBeLessThan(first.loss / 2);
    expect(last.masked).toBeGreaterThan(0.3); // one of six would be a topic without order
    expect(last.next).toBeGreaterThan(0.7);
    const { entity, span, other } = scores!.kinds;
    expect(Math.min(entity.count, span.count, other.count)).toBeGreaterThan(0);
    expect(entity.count + span.count + other.count).toBe(scores!.masked.count);
    expect(last.entity).toBe(entity.right / entity.count);
    const lines = log.filter(({ rate }) => rate !== undefined);
    expect(lines.at(-1)).toMatchObject({ step: 600 });
    expect(lines.at(-1).loss).toBeCloseTo(lines.at(-1).masked + lines.at(-1).next, 5);
    expect(lines[0].loss).toBeGreaterThan(lines.at(-1).loss);
  });

  it('stopped by a signal at any step, resumes exactly', async () => {
    const settings = { accumulate: 2, evaluateEvery: 5 };
    const dropping = withDropout(startFromRandom(tokenizer, SIZES, 1, (await material).train.tokens), 0.1);
    const whole = await request(settings, { start: dropping });
    const expected = await pretrain(whole);
    const stopped = await request(settings, { start: dropping });
    for (const at of [5, 10]) {
      const stop = new AbortController();
      const running = pretrain({
        ...stopped,
        signal: stop.signal,
        onEvent: (event) => event.kind === 'score' && event.step === at && stop.abort(new Error('stopped')),
      });
      await expect(running).rejects.toThrow('stopped');
    }
    const { weights, scores } = await pretrain(stopped);
    expect(bytesOf(weights).equals(bytesOf(expected.weights))).toBe(true);
    expect(scores).toEqual(expected.scores);
    const steps = (directory: string) =>
      logOf(directory).map(({ step, loss, heldOut }) => ({ step, loss, heldOut }));
    expect(steps(stopped.directory)).toEqual(steps(whole.directory));
    expect(await pretrain(stopped)).toEqual({ weights, scores }); // done already
  });

  it('two batches that are accumulated are one of twice the size, where every row has both objectives', async () => {
    const masked = { ...BATCHES, nextSentence: false };
    const [one, two] = await Promise.all([
      request({ steps: 1, clip: 0 }, { batches: { ...masked, batchSize: 16 } }),
      request({ steps: 1, clip: 0, accumulate: 2 }, { batches: masked }),
    ]);
    const [large, small] = [await pretrain(one), await pretrain(two)];
    // Adam's first step is the sign of the gradient: means of means and means over all agree almost everywhere
    let [same, all] = [0, 0];
    for (const [name, data] of large.weights) {
      all += data.length;
      same += data.filter((value, i) => Math.abs(value - small.weights.get(name)![i]) < 1e-3).length;
    }
    expect(same / all).toBeGreaterThan(0.95);
  });

  it('continues from another model, and leaves the pooler unchanged where there are no pairs', async () => {
    const first = await request({ steps: 60, learningRate: 1e-2 });
    const { weights, scores } = await pretrain(first);
    const tensors = new Map(
      Array.from(weights, ([name, data]) => [name, { shape: first.start.tensors.get(name)!.shape, data }]),
    );
    const start = startFrom({ config: first.start.config, tensors }, 0);
    const pooler = Float32Array.from(weights.get('pooler.dense.weight')!);
    const batches = { ...BATCHES, nextSentence: false };
    const second = await request({ steps: 2, learningRate: 1e-5 }, { start, batches });
    const result = await pretrain(second);
    expect(result.scores!.loss).toBeLessThan(scores!.loss + 0.5);
    expect(result.scores!.next.count).toBe(0);
    expect(result.weights.get('pooler.dense.weight')).toEqual(pooler);
    expect(result.weights.get(WORDS)).not.toEqual(weights.get(WORDS));
  });

  it('refuses a corpus smaller than a batch, long sequences, and a rate that breaks it', async () => {
    const fails = async (
      settings: Partial<PretrainSettings>,
      batches: Partial<BatchOptions>,
      code: string,
    ) => {
      const running = pretrain(await request(settings, { batches: { ...BATCHES, ...batches } }));
      await expect(running).rejects.toMatchObject({ code });
    };
    await fails({}, { batchSize: 5000 }, 'corpus-too-small');
    await fails({}, { maxLength: 64 }, 'max-length');
    await fails({ learningRate: 1e30, warmup: 0, clip: 0 }, {}, 'diverged');
  });
});
