import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import type { Example, FamilyId, Gold, Input, Prediction } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Parameters } from '../contract.ts';
import { bert } from './kind.ts';
import { primaryScore } from './score.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-bert-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let random = createRandom(8, 'bert');
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
const filler = (): string =>
  Array.from({ length: 2 + random.below(5) }, () => pick([...'患者今天昨三日来院就诊家属述'])).join('');
const SYMPTOMS = ['头痛', '发热', '咳嗽'];
const DRUGS = ['阿司匹林', '青霉素'];

type Made = { readonly [F in FamilyId]: () => [Input<F>, Gold<F>] };
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
};
const TASKS: Record<FamilyId, string> = {
  ner: 'cEHRNER',
  similarity: 'cMedQQ',
  inference: 'inference',
  classification: 'cMedIC',
  multilabel: 'multilabel',
  ranking: 'cMedIR',
  relation: 'relation',
  dialogue: 'CMDD',
};
const taskOf = (family: FamilyId) => {
  const task = findTask(TASKS[family]);
  return family === 'similarity' ? task : { ...task, labels: [] };
};
const examples = <F extends FamilyId>(family: F, count: number): Example<F>[] =>
  Array.from({ length: count }, (_, i) => {
    const [input, gold] = make[family]() as [Input<F>, Gold<F>];
    return { id: String(i), input, gold };
  });

const SMALL: Parameters = {
  layers: 1,
  hidden: 32,
  heads: 2,
  rate: 5e-3,
  batch: 16,
  dropout: 0.05,
  threads: 1,
  'max-length': 32,
};

async function learn<F extends FamilyId>(family: F, more: Parameters) {
  random = createRandom(8, family);
  const [train, test] = [examples(family, 128), examples(family, 40)];
  const task = taskOf(family);
  const fitted = await bert.fit<F>({ task, train, dev: test, seed: 1, parameters: { ...SMALL, ...more } });
  const inputs = test.map(({ input }) => input);
  const predictions = (await fitted.predict(inputs)) as Prediction<F>[];
  return { task, fitted, inputs, predictions, score: primaryScore(task, test, predictions) };
}

describe('bert learns, is kept as a folder and answers the same from it', () => {
  it.each<[string, FamilyId, Parameters]>([
    ['ner with a CRF', 'ner', { epochs: 6 }],
    ['ner with a softmax', 'ner', { epochs: 6, head: 'softmax' }],
    ['ner with spans', 'ner', { epochs: 12, head: 'span' }],
    ['similarity', 'similarity', { epochs: 8 }],
    ['inference', 'inference', { epochs: 6 }],
    ['classification', 'classification', { epochs: 6, 'class-weights': true, smoothing: 0.1 }],
    ['classification in 8 bits', 'classification', { epochs: 6, dtype: 'int8' }],
    ['multilabel', 'multilabel', { epochs: 12 }],
    ['ranking, listwise', 'ranking', { epochs: 6 }],
    ['ranking, pairwise', 'ranking', { epochs: 6, 'ranking-loss': 'pairwise' }],
    ['dialogue', 'dialogue', { epochs: 8 }],
    ['relation', 'relation', { epochs: 16 }],
  ])('%s', async (name, family, more) => {
    const { task, fitted, inputs, predictions, score } = await learn(family, more);
    expect(score).toBeGreaterThan(0.85);
    const folder = join(scratch, name.replaceAll(/\W/g, '-'));
    await fitted.save!(folder);
    expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model.onnx', 'model_quantized.onnx']);
    const loaded = await bert.load!(folder, task);
    expect(await loaded.predict(inputs)).toEqual(predictions);
  });

  it('tells entities where it is told nothing of words and mentions, and keeps how sure it has to be', async () => {
    const { task, fitted, inputs } = await learn('ner', { epochs: 6 });
    const folder = join(scratch, 'told');
    await fitted.save!(folder);
    const { learnt, parameters } = JSON.parse(readFileSync(join(folder, 'chineseblue.json'), 'utf8'));
    expect([parameters.evidence, learnt.types]).toEqual([1, ['drug', 'symptom']]);
    expect(learnt.threshold).toBeGreaterThanOrEqual(0.3);
    const { type_vocab_size: types } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(types).toBe(1 + 4 * (1 + 2 * 12));
    const untold = await bert.load!(folder, task, { evidence: 0 });
    const answers = (await untold.predict(inputs)) as Prediction<'ner'>[];
    const right = answers.filter(({ entities }) => entities.length === 2).length;
    expect(right / answers.length).toBeGreaterThan(0.8);
    const damaged = join(scratch, 'damaged');
    cpSync(folder, damaged, { recursive: true });
    const write = (changed: object): void =>
      writeFileSync(
        join(damaged, 'chineseblue.json'),
        JSON.stringify({
          schema: 'chineseblue/bert@1',
          family: 'ner',
          task: task.id,
          maxLength: 32,
          parameters,
          learnt: changed,
        }),
      );
    for (const [changed, field] of [
      [{ ...learnt, mentions: [['头痛', 1]] }, 'mentions.0'],
      [{}, 'learnt'],
    ] as const) {
      write(changed);
      await expect(bert.load!(damaged, task)).rejects.toMatchObject({
        code: 'not-fine-tuned',
        place: { file: join(damaged, 'chineseblue.json'), field },
      });
    }
    await expect(learn('ner', { evidence: 2 })).rejects.toThrow('evidence is 0 or 1');
    await expect(learn('similarity', { evidence: 1 })).rejects.toThrow('for entities only');
  });

  it('goes on from a folder of weights', async () => {
    const first = await learn('classification', { epochs: 6 });
    const folder = join(scratch, 'first');
    await first.fitted.save!(folder);
    const second = await learn('classification', { epochs: 1, rate: 1e-4, init: folder });
    expect(second.score).toBeGreaterThan(0.85);
  });

  it('learns from no more tokens than its budget has', async () => {
    const all = await learn('classification', { epochs: 1 });
    expect(all.fitted.learntFrom).toBe(128);
    const budget = 600;
    const some = await learn('classification', { epochs: 3, budget });
    // a text is of 4 to 8 characters here, between [CLS] and [SEP]
    expect(some.fitted.learntFrom).toBeGreaterThan(budget / 3 / 12);
    expect(some.fitted.learntFrom).toBeLessThanOrEqual(budget / 3 / 6);
    await expect(learn('classification', { budget: -1 })).rejects.toThrow('budget is at least 0');
  });

  it('refuses another family, a folder without a record, and parameters that mean nothing', async () => {
    const folder = join(scratch, 'first');
    await expect(bert.load!(folder, taskOf('ner'))).rejects.toThrow('fine-tuned for classification, not ner');
    await expect(bert.load!(scratch, taskOf('ner'))).rejects.toThrow('no such file');
    await expect(learn('ner', { head: 'tree' })).rejects.toThrow('head is crf, softmax or span, not tree');
    await expect(learn('similarity', { schedule: 'up' })).rejects.toThrow(
      'schedule is linear, cosine, constant, not up',
    );
    await expect(learn('similarity', { 'weight-decay': -2 })).rejects.toThrow('weight-decay is at least 0');
    await expect(learn('similarity', { batch: -1 })).rejects.toThrow('batch is at least 0');
  });
});
