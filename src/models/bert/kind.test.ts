import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEVICES as EVERY_DEVICE } from '../../autograd/index.ts';
import { DTYPES as EVERY_DTYPE } from '../../encoders/inference/export.ts';
import { seal } from '../../ground/hash.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import { createRandom } from '../../ground/random.ts';
import { devScore } from '../../scoring/dev-score.ts';
import type { Example, Gold, Input } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FitRequest, Reply } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import type { BertFamily } from './families.ts';
import { bert } from './kind.ts';
import { DEVICES, DTYPES } from './parameters.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bert-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let random = createRandom(8, 'bert');
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
const filler = (): string =>
  Array.from({ length: 2 + random.below(5) }, () => pick([...'患者今天昨三日来院就诊家属述'])).join('');
const SYMPTOMS = ['头痛', '发热', '咳嗽'];
const DRUGS = ['阿司匹林', '青霉素'];

type Made = { readonly [F in BertFamily]: () => [Input<F>, Gold<F>] };
const make: Made = {
  ner() {
    const [before, symptom, between, drug] = [filler(), pick(SYMPTOMS), filler(), pick(DRUGS)];
    const text = `${before}${symptom}${between}${drug}`;
    const at = before.length;
    const entities = [
      { start: at, end: at + symptom.length, type: 'symptom' },
      { start: text.length - drug.length, end: text.length, type: 'drug' },
    ];
    return [{ text }, { entities }];
  },
  similarity() {
    const [textA, same] = [`${filler()}${pick(SYMPTOMS)}`, random.below(2)];
    return [{ textA, textB: same ? `同${filler()}` : filler() }, { label: String(same) }];
  },
  inference() {
    const yes = random.below(2);
    return [{ textA: filler(), textB: yes ? `是${filler()}` : filler() }, { label: yes ? 'yes' : 'no' }];
  },
  classification() {
    const k = random.below(3);
    return [{ text: `${filler()}${SYMPTOMS[k]}` }, { label: `c${k}` }];
  },
  multilabel() {
    const held = SYMPTOMS.filter(() => random.below(2));
    return [{ text: `${filler()}${held.join('，')}` }, { labels: held }];
  },
  ranking() {
    const documents = Array.from({ length: 4 }, (_, i) => ({ title: i % 2 ? `好${filler()}` : filler() }));
    return [{ query: filler(), documents }, { relevance: [0, 1, 0, 1] }];
  },
  relation() {
    const [subject, object] = [pick(DRUGS), pick(SYMPTOMS)];
    const text = `${filler()}${subject}治疗${object}`;
    return [{ text }, { triples: [{ subject, predicate: '治疗', object }] }];
  },
  dialogue() {
    const [symptom, has] = [pick(SYMPTOMS), random.below(2) === 1];
    const text = `${has ? '有' : '没有'}${symptom}`;
    const status = has ? ('true' as const) : ('false' as const);
    const start = text.length - symptom.length;
    const turns = [
      { speaker: '医生', text: '哪里不舒服' },
      { speaker: '患者', text },
    ];
    const mention = { turn: 1, start, end: text.length, name: symptom, status };
    return [{ turns }, { symptoms: [{ name: symptom, status }], entities: [mention] }];
  },
  'dialogue-acts'() {
    const asks = [random.below(2), random.below(2), random.below(2)];
    const turns = asks.map((ask) => ({ speaker: '患者', text: `${pick(SYMPTOMS)}${ask ? '吗' : '了'}` }));
    return [{ turns }, { acts: asks.map((ask) => (ask ? 'ask' : 'tell')) }];
  },
  'mention-status'() {
    const has = [random.below(2), random.below(2)];
    const [one, other] = [pick(SYMPTOMS), pick(SYMPTOMS)];
    const [before, between] = [has[0] ? '有' : '没', `，${has[1] ? '有' : '没'}`];
    const text = `${before}${one}${between}${other}`;
    const mentions = [
      { turn: 1, start: before.length, end: before.length + one.length },
      { turn: 1, start: text.length - other.length, end: text.length },
    ];
    const turns = [
      { speaker: '医生', text: '哪里不舒服' },
      { speaker: '患者', text },
    ];
    return [{ turns, mentions }, { statuses: has.map((yes) => (yes ? 'present' : 'absent')) }];
  },
  event() {
    const [one, other] = [random.below(2), random.below(2)].map((denied, i) => {
      const [core, anatomy] = [pick(SYMPTOMS), random.below(2) ? ['胸部'] : []];
      const characters = i === 0 ? ['阵发性'] : [];
      const text = `${denied ? '无' : '有'}${anatomy.join('')}${characters.join('')}${core}`;
      return { text, event: { core, tendency: denied ? '否定' : '肯定', characters, anatomy } };
    });
    const events = one.event.core === other.event.core ? [one.event] : [one.event, other.event];
    const text = events.length > 1 ? `${one.text}，${other.text}` : one.text;
    return [{ text }, { events }];
  },
  normalisation() {
    const written = [
      ['头疼', '头痛'],
      ['发烧', '发热'],
      ['咳', '咳嗽'],
    ];
    const [one, other] = [random.below(3), random.below(3)];
    const pieces = one === other ? [written[one]] : [written[one], written[other]];
    return [
      { text: `${filler()}${pieces.map(([name]) => name).join('伴')}` },
      { terms: pieces.map(([, term]) => term) },
    ];
  },
};
const TASKS: Record<BertFamily, string> = {
  ner: 'cEHRNER',
  similarity: 'cMedQQ',
  inference: 'inference',
  classification: 'cMedIC',
  multilabel: 'multilabel',
  ranking: 'cMedIR',
  relation: 'relation',
  dialogue: 'CMDD',
  'dialogue-acts': 'dialogue-acts',
  'mention-status': 'mention-status',
  normalisation: 'normalisation',
  event: 'event',
};
const taskOf = (family: BertFamily) => {
  const task = findTask(TASKS[family]);
  if (family === 'similarity') return task;
  const labels = family === 'mention-status' ? ['absent', 'present'] : [];
  return { ...task, labels: labels.map((id) => ({ id, meaning: { en: id, zh: id } })) };
};
const examples = <F extends BertFamily>(family: F, count: number): Example<F>[] =>
  Array.from({ length: count }, (_, i) => {
    const [input, gold] = make[family]() as [Input<F>, Gold<F>];
    return { id: String(i), input, gold };
  });

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
  random = createRandom(8, family);
  const [train, test] = [examples(family, 128), examples(family, 40)];
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
    ['terms', 'normalisation', { epochs: 16, learningRate: 1e-2 }],
    ['events', 'event', { epochs: 14 }],
  ])('%s', async (name, family, more) => {
    const { task, fitted, inputs, predictions, score } = await learn(family, more);
    expect(score).toBeGreaterThan(0.85);
    const folder = join(scratch, name.replaceAll(/\W/g, '-'));
    await fitted.save!(folder);
    expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model.onnx', 'model_quantized.onnx']);
    const loaded = await bert.load(folder, task);
    expect(await predict(loaded, inputs)).toEqual(predictions);
  });

  it('recognizes entities without lexicon features too, and keeps the threshold that dev chose', async () => {
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

  it('is refused where any file of the folder was changed or is gone', async () => {
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

  it('learns from no more tokens than its budget', async () => {
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

  it('accepts every device and dtype there is', () => {
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
    const resolved = await resolve('relation', { init, layers: 7 });
    const rate = 3e-5 * 24 ** 2;
    expect(resolved).toMatchObject({
      ...{ layers: 1, hidden: 32, heads: 2, epochs: 20, batchSize: 16, weightDecay: 0.01 },
      ...{ learningRate: rate, headLearningRate: 10 * rate },
    });
    expect(resolved).not.toHaveProperty('dropout');
    expect(await resolve('relation', resolved)).toEqual(resolved);
    expect(await resolve('ner', { init, head: 'softmax' })).toMatchObject({ headLearningRate: rate });
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

  it('are used when the same is fitted again, not with force', async () => {
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
