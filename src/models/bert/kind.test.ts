import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEVICES as EVERY_DEVICE } from '../../autograd/index.ts';
import { DTYPES as EVERY_DTYPE } from '../../encoders/inference/export.ts';
import { seal } from '../../ground/hash.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import { devScore } from '../../scoring/dev-score.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FitRequest, Reply } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import type { BertFamily } from './families.ts';
import { madeExamples, taskOf } from './fixtures/made.ts';
import { bert } from './kind.ts';
import { DEVICES, DTYPES } from './parameters.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bert-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const SMALL: GivenParameters = {
  layers: 1,
  hidden: 32,
  heads: 2,
  learningRate: 5e-3,
  batchSize: 16,
  dropout: 0.05,
  threads: 1,
  maxLength: 32,
};

async function learn<F extends BertFamily>(
  family: F,
  more: GivenParameters,
  request: Partial<FitRequest<F>> = {},
) {
  const [train, test] = madeExamples(family, 128, 40);
  const task = taskOf(family);
  const [parameters, score] = [{ ...SMALL, ...more }, devScore(task)];
  const fitted = await fitOn(bert, task, train, { dev: test, parameters, score, ...request });
  const inputs = test.map(({ input }) => input);
  const predictions = await predict<F>(fitted, inputs);
  return { task, fitted, inputs, predictions, score: score(test, predictions) };
}

describe('bert learns, is kept as a folder and answers the same from it', () => {
  it.each<[string, BertFamily, GivenParameters]>([
    ['ner with a CRF', 'ner', { epochs: 6 }],
    ['ner with a softmax', 'ner', { epochs: 6, head: 'softmax' }],
    ['ner with spans', 'ner', { epochs: 12, head: 'span' }],
    ['similarity', 'similarity', { epochs: 8 }],
    ['inference', 'inference', { epochs: 6 }],
    ['classification', 'classification', { epochs: 6, classWeights: true, smoothing: 0.1 }],
    ['classification, adjusted', 'classification', { epochs: 6, logitAdjustment: true }],
    ['classification in 8 bits', 'classification', { epochs: 6, dtype: 'int8' }],
    ['multilabel', 'multilabel', { epochs: 12 }],
    ['ranking, listwise', 'ranking', { epochs: 6 }],
    ['ranking, pairwise', 'ranking', { epochs: 6, rankingLoss: 'pairwise' }],
    [
      'ranking, contrastive',
      'ranking',
      { epochs: 16, objective: 'contrastive', negatives: 2, batchSize: 32 },
    ],
    ['ranking, cosent', 'ranking', { epochs: 16, objective: 'cosent' }],
    ['similarity, cosent', 'similarity', { epochs: 12, objective: 'cosent', pooling: 'cls' }],
    ['similarity, contrastive', 'similarity', { epochs: 12, objective: 'contrastive' }],
    ['dialogue', 'dialogue', { epochs: 8 }],
    ['relation', 'relation', { epochs: 16 }],
    ['dialogue acts', 'dialogue-acts', { epochs: 6 }],
    ['mention status', 'mention-status', { epochs: 8, logitAdjustment: true }],
    ['terms', 'normalisation', { epochs: 5 }],
    ['events', 'event', { epochs: 14 }],
    ['causal relations', 'causal', { epochs: 14 }],
  ])('%s', async (name, family, more) => {
    const { task, fitted, inputs, predictions, score } = await learn(family, more);
    expect(score).toBeGreaterThan(0.85);
    const folder = join(scratch, name.replaceAll(/\W/g, '-'));
    await fitted.save!(folder);
    expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model.onnx', 'model_quantized.onnx']);
    const loaded = await bert.load(folder, task);
    expect(await predict(loaded, inputs)).toEqual(predictions);
  });

  it('recognizes entities without lexicon features, and keeps the threshold chosen on dev', async () => {
    const { task, fitted, inputs } = await learn('ner', { epochs: 6 });
    const folder = join(scratch, 'threshold');
    await fitted.save!(folder);
    const { learnt, parameters } = JSON.parse(readFileSync(join(folder, 'chineseblue.json'), 'utf8'));
    expect([parameters.lexiconFeatures, learnt.types]).toEqual([true, ['drug', 'symptom']]);
    expect(parameters).toMatchObject({ copies: 15, headLearningRate: 5e-3, weightDecay: 0.2 });
    expect(parameters).not.toHaveProperty('threads');
    expect(learnt.threshold).toBeGreaterThanOrEqual(0.3);
    const { type_vocab_size: types } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(types).toBe(1 + 4 * (1 + 2 * 12));
    const without = await bert.load(folder, task, { lexiconFeatures: false });
    const answers = await predict<'ner'>(without, inputs);
    const right = answers.filter(({ entities }) => entities.length === 2).length;
    expect(right / answers.length).toBeGreaterThan(0.8);
    const damaged = join(scratch, 'damaged');
    cpSync(folder, damaged, { recursive: true });
    const whole = { schema: 'chineseblue/bert@2', family: 'ner', task: task.id, parameters, learnt };
    const file = join(damaged, 'chineseblue.json');
    for (const [changed, code, field] of [
      [{ learnt: { ...learnt, mentions: [['头痛', 1]] } }, 'bad-model', 'learnt.mentions.0'],
      [{ learnt: {} }, 'bad-model', 'learnt.types'],
      [{ parameters: { ...parameters, overlap: -1 } }, 'bad-model', 'overlap'],
      [{ parameters: {} }, 'bad-model', 'parameters'],
      [{ schema: 'chineseblue/bert@1' }, 'other-schema', 'schema'],
      [{ family: 'poetry' }, 'not-fine-tuned', 'family'],
    ] as const) {
      writeFileSync(file, JSON.stringify(seal({ ...whole, ...changed, files: {} })));
      await expect(bert.load(damaged, task)).rejects.toMatchObject({ code, place: { file, field } });
    }
    await expect(learn('ner', { lexiconFeatures: 2 })).rejects.toMatchObject({ code: 'bad-parameter' });
    await expect(learn('similarity', { lexiconFeatures: true })).rejects.toThrow('for entities only');
    await expect(learn('similarity', { copies: 1 })).rejects.toThrow('for entities only');
  });

  it('is refused where any file of the folder was changed or is missing', async () => {
    const { task, fitted } = await learn('relation', { epochs: 1 });
    const folder = join(scratch, 'whole');
    await fitted.save!(folder);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\./.test(name),
    );
    expect(names).toContain('chineseblue.safetensors');
    expect(names).toContain(join('onnx', 'model.onnx'));
    for (const name of names) {
      const file = join(folder, name);
      const bytes = readFileSync(file);
      const changed = Buffer.from(bytes);
      changed[Math.floor(0.7 * bytes.length)] ^= 1;
      writeFileSync(file, changed);
      const code = name === 'chineseblue.json' ? /^(damaged-model|not-fine-tuned)$/ : /^damaged-model$/;
      await expect(bert.load(folder, task), name).rejects.toMatchObject({
        code: expect.stringMatching(code),
        place: { file },
        hint: expect.stringContaining('train --model bert'),
      });
      rmSync(file);
      await expect(bert.load(folder, task), name).rejects.toMatchObject({
        code: 'file-missing',
        place: { file },
      });
      writeFileSync(file, bytes);
    }
    await bert.load(folder, task);
  });

  it('starts from a folder of weights', async () => {
    const first = await learn('classification', { epochs: 6 });
    const folder = join(scratch, 'first');
    await first.fitted.save!(folder);
    const second = await learn('classification', { epochs: 1, learningRate: 1e-4, init: folder });
    expect(second.score).toBeGreaterThan(0.85);
  });

  it('trains on no more tokens than its budget', async () => {
    const all = await learn('classification', { epochs: 1 });
    expect(all.fitted.learntFrom).toBe(128);
    const tokenBudget = 600;
    const some = await learn('classification', { epochs: 3, tokenBudget });
    // texts here have 4 to 8 characters, between [CLS] and [SEP]
    expect(some.fitted.learntFrom).toBeGreaterThan(tokenBudget / 3 / 12);
    expect(some.fitted.learntFrom).toBeLessThanOrEqual(tokenBudget / 3 / 6);
    await expect(learn('classification', { tokenBudget: 0 })).rejects.toThrow('token-budget');
  });

  it('refuses another family, a folder without a record, and bad parameters', async () => {
    const folder = join(scratch, 'first');
    await expect(bert.load(folder, taskOf('ner'))).rejects.toThrow('fine-tuned for classification, not ner');
    const [label] = findTask('cMedIC').labels;
    await expect(bert.load(folder, { ...taskOf('classification'), labels: [label] })).rejects.toMatchObject({
      code: 'other-labels',
      place: { file: folder },
    });
    await expect(bert.load(scratch, taskOf('ner'))).rejects.toThrow('no such file');
    const all: GivenParameters[] = [
      { head: 'tree' },
      { schedule: 'up' },
      { weightDecay: -2 },
      { batchSize: -1 },
    ];
    for (const bad of all) await expect(learn('ner', bad)).rejects.toMatchObject({ code: 'bad-parameter' });
  });

  it('accepts every device and dtype', () => {
    expect(DEVICES).toEqual(EVERY_DEVICE);
    expect(DTYPES).toEqual(EVERY_DTYPE);
  });
});

describe('parameters of bert', () => {
  const resolve = (family: BertFamily, given: GivenParameters) =>
    bert.resolve(given, { task: taskOf(family) });

  it('are resolved for random weights', async () => {
    expect(await resolve('ner', { hidden: 128, threads: 2 })).toMatchObject({
      ...{ layers: 4, hidden: 128, heads: 2, epochs: 1, copies: 15, lexiconFeatures: true, batchSize: 8 },
      ...{ maxLength: 128, learningRate: 7e-4, headLearningRate: 7e-4, weightDecay: 0.2, dropout: 0 },
    });
    expect(await resolve('similarity', { maxLength: 9999 })).toMatchObject({
      ...{ epochs: 6, copies: 0, lexiconFeatures: false, maxLength: 512, weightDecay: 0.01 },
    });
  });

  it('are resolved from the weights that they name, and stay as they are when resolved again', async () => {
    const init = join(scratch, 'first');
    const resolved = await resolve('relation', { init });
    const rate = 3e-5 * 24 ** 2;
    expect(resolved).toMatchObject({
      ...{ layers: 1, hidden: 32, heads: 2, epochs: 20, batchSize: 16, weightDecay: 0.01 },
      ...{ learningRate: rate, headLearningRate: 10 * rate },
    });
    expect(resolved).not.toHaveProperty('dropout');
    expect(await resolve('relation', resolved)).toEqual(resolved);
    expect(await resolve('ner', { init, head: 'softmax' })).toMatchObject({ headLearningRate: rate });
  });

  it('have lexicon features, copies and small batches for entities from pretrained weights', async () => {
    const init = join(scratch, 'first');
    const usual = { batchSize: 8, copies: 2, epochs: 3, lexiconFeatures: true, weightDecay: 0.01 };
    expect(await resolve('ner', { init })).toMatchObject(usual);
    expect(await resolve('ner', { init, copies: 0 })).toMatchObject({ ...usual, copies: 0, epochs: 8 });
    expect(await resolve('multilabel', { init })).toMatchObject({ copies: 0, lexiconFeatures: false });
  });

  it.each<[BertFamily, GivenParameters, string]>([
    ['classification', { head: 'softmax' }, 'head is for the families ner, dialogue only'],
    ['dialogue', { head: 'span' }, 'head is for entities only'],
    ['inference', { rankingLoss: 'pairwise' }, 'ranking-loss is for the family ranking only'],
    ['ner', { classWeights: true }, 'class-weights is for'],
    ['ranking', { init: join(scratch, 'first'), layers: 7 }, 'layers is for random weights only'],
    ['ranking', { init: join(scratch, 'first'), vocab: 'vocab.txt' }, 'vocab is for random weights only'],
  ])('that would be ignored are refused: %s %o', async (family, given, message) => {
    await expect(resolve(family, given)).rejects.toThrow(message);
  });
});

describe('answering', () => {
  it('reports each prediction once, skips what is answered, and gives the same bits', async () => {
    const { fitted, inputs, predictions } = await learn('dialogue', { epochs: 1 });
    const order: number[] = [];
    await fitted.answer(inputs, { onAnswer: (index) => order.push(index) });
    expect(order.toSorted((a, b) => a - b)).toEqual([...inputs.keys()]);
    const answered = new Set(order.filter((index) => index % 5 > 0));
    const rest = new Map<number, Reply>();
    await fitted.answer(inputs, { answered, onAnswer: (index, reply) => rest.set(index, reply) });
    expect([...rest.keys()].sort()).toEqual([...inputs.keys()].filter((index) => index % 5 === 0).sort());
    for (const [index, { raw }] of rest) expect(raw).toEqual(predictions[index]);
  });

  it('stops between batches when it is aborted, and keeps what had arrived', async () => {
    const { fitted, inputs } = await learn('classification', { epochs: 1 });
    const many = Array.from({ length: 20 }, () => inputs).flat();
    const controller = new AbortController();
    const arrived: number[] = [];
    const asking = fitted.answer(many, {
      signal: controller.signal,
      onAnswer(index) {
        arrived.push(index);
        controller.abort(new Error('enough'));
      },
    });
    await expect(asking).rejects.toThrow('enough');
    expect(arrived.length).toBeGreaterThan(0);
    expect(arrived.length).toBeLessThan(many.length / 4);
  });
});

describe('checkpoints', () => {
  it('removes its checkpoints once the model is written, and keeps the log', async () => {
    const directory = join(scratch, 'checkpoints');
    const { fitted } = await learn('classification', { epochs: 1 }, { directory });
    expect(readdirSync(directory).length).toBeGreaterThan(1);
    await fitted.save!(join(scratch, 'written'));
    expect(readdirSync(directory)).toEqual(['train.jsonl']);
  });

  it('are used when the same model is fitted again, except with force', async () => {
    const directory = join(scratch, 'training');
    const notes: string[] = [];
    const onProgress = (_: number, note?: { en: string }): void => {
      if (note) notes.push(note.en);
    };
    const train = (force: boolean) =>
      learn('classification', { epochs: 1 }, { directory, force, onProgress });
    const steps = (): number => notes.splice(0).filter((note) => note.includes('loss')).length;
    const first = await train(false);
    expect(steps()).toBeGreaterThan(0);
    await train(false);
    expect(steps()).toBe(0);
    const again = await train(true);
    expect(steps()).toBeGreaterThan(0);
    expect(again.predictions).toEqual(first.predictions);
  });
});
