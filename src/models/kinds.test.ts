import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Example, FamilyId, Gold, Input, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { CONTRACT } from './contract.ts';
import { defineModel } from './define.ts';
import { predict } from './fixtures/fitted.ts';
import { findModel, modelKinds } from './registry.ts';
import { writeModelFile } from './shared/modelfile.ts';

/** Quick kinds, which learn such small material in well under a second. Others test themselves. */
const QUICK = ['majority', 'linear', 'lexicon', 'bm25', 'ltr', 'fasttext', 'knn', 'terms', 'events'];
const kinds = modelKinds().filter(({ id }) => QUICK.includes(id));

const TASKS: { readonly [F in FamilyId]?: string } = {
  ner: 'cEHRNER',
  similarity: 'cMedQQ',
  inference: 'inference',
  classification: 'cMedIC',
  multilabel: 'multilabel',
  ranking: 'cMedIR',
  relation: 'relation',
  dialogue: 'CMDD',
  normalisation: 'normalisation',
  'dialogue-acts': 'dialogue-acts',
  event: 'event',
  'mention-status': 'mention-status',
  causal: 'causal',
  generation: 'generation',
  'decision-tree': 'decision-tree',
  instruction: 'instruction',
};
const FAMILIES = Object.keys(TASKS) as FamilyId[];
const taskOf = (family: FamilyId): Task => ({ ...findTask(TASKS[family] ?? family), labels: [] });

const LONG = '患者咳嗽发热三天，伴有头痛。'.repeat(720);

type Material = { readonly [F in FamilyId]?: (text: string, answer: number) => [Input<F>, Gold<F>] };

/** An example of every family: a text and which of two answers is right. */
const make: Material = {
  ner: (text, answer) => [
    { text },
    { entities: answer && text.length > 1 ? [{ start: 0, end: 2, type: 'symptom' }] : [] },
  ],
  similarity: (text, answer) => [
    { textA: text, textB: answer ? `${text}吗` : '今天天气很好' },
    { label: String(answer) },
  ],
  inference: (text, answer) => [
    { textA: text, textB: answer ? text : '天气' },
    { label: answer ? 'yes' : 'no' },
  ],
  classification: (text, answer) => [
    { text: answer ? `手术${text}` : text },
    { label: answer ? 'surgery' : 'none' },
  ],
  multilabel: (text, answer) => [
    { text: answer ? `手术${text}` : text },
    { labels: answer ? ['a', 'b'] : ['b'] },
  ],
  ranking: (text, answer) => [
    { query: text, documents: [{ title: '天气' }, { title: text, url: 'https://x.example' }] },
    { relevance: [0, answer + 1] },
  ],
  relation: (text, answer) => [
    { text },
    {
      triples:
        answer && text.length > 4
          ? [{ subject: text.slice(0, 2), predicate: 'has', object: text.slice(2, 4) }]
          : [],
    },
  ],
  dialogue: (text, answer) => [
    {
      turns: [
        { speaker: '医生', text: '发烧吗' },
        { speaker: '患者', text },
      ],
    },
    answer && text.length > 1
      ? {
          symptoms: [{ name: '发热', status: 'true' }],
          entities: [{ turn: 1, start: 0, end: 2, name: '发热', status: 'true' }],
        }
      : { symptoms: [], entities: [] },
  ],
  normalisation: (text, answer) => [
    { text: answer ? `肺部感染${text}` : text },
    { terms: answer ? ['肺炎', '感染'] : ['发热'] },
  ],
  'dialogue-acts': (text, answer) => [
    {
      turns: [
        { speaker: '医生', text: '发烧吗' },
        { speaker: '患者', text },
      ],
    },
    { acts: ['ask', answer ? 'tell' : 'ask'] },
  ],
  'mention-status': (text, answer) => [
    {
      turns: [
        { speaker: '医生', text: '发烧吗' },
        { speaker: '患者', text: answer ? '没有' : `有，${text}` },
      ],
      mentions: [{ turn: 0, start: 0, end: 2 }],
    },
    { statuses: [answer ? 'absent' : 'present'] },
  ],
  causal: (text, answer) => [
    { text },
    {
      relations:
        answer && text.length > 4
          ? [{ head: { start: 0, end: 2 }, relation: '1', tail: { start: 2, end: 4 } }]
          : [],
    },
  ],
  generation: (text, answer) => [
    {
      turns: [
        { speaker: '医生', text: '发烧吗' },
        { speaker: '患者', text },
      ],
    },
    { references: [answer ? '先查血常规' : '多喝水'] },
  ],
  'decision-tree': (text, answer) => [
    { text },
    { tree: [{ role: 'D', triples: answer ? [['甲', '用', '乙']] : [], logic: 'null' }] },
  ],
  instruction: (text, answer) => [
    { prompt: `${text}是什么意图？`, form: 'label', choices: ['病因分析', '治疗方案'] },
    { target: answer ? '病因分析' : '治疗方案' },
  ],
  event: (text, answer) => [
    { text: answer ? `否认腹部疼痛，${text}` : `有皮疹，${text}` },
    {
      events: answer
        ? [{ core: '疼痛', tendency: '否定', characters: [], anatomy: ['腹部'] }]
        : [{ core: '皮疹', tendency: '肯定', characters: [], anatomy: [] }],
    },
  ],
};

const TEXTS = [
  '发热三天怎么办',
  '咳嗽有痰吃什么药',
  '头痛恶心呕吐',
  '腹泻两天拉水样便',
  '皮疹瘙痒',
  '失眠多梦乏力',
];

function examples(family: FamilyId, texts: readonly string[], answer: (i: number) => number): Example[] {
  return texts.map((text, i) => {
    const [input, gold] = make[family]!(text, answer(i)) as [Input, Gold];
    return { id: String(i), group: String(i >> 1), input, gold };
  });
}

const request = (family: FamilyId, train: Example[], dev: Example[]) => ({
  task: taskOf(family),
  train,
  dev,
  seed: 1,
  parameters: {},
  score: () => 0,
});

/** Checks a prediction of the family for its input, for any model. */
const sound: { readonly [F in FamilyId]?: (prediction: Prediction<F>, input: Input<F>) => boolean } = {
  ner: ({ entities }, { text }) =>
    entities.every(({ start, end }) => start >= 0 && start < end && end <= text.length),
  similarity: ({ label, scores = {} }) =>
    ['0', '1'].includes(label) && Object.values(scores).every(Number.isFinite),
  inference: ({ label, scores = {} }) =>
    ['yes', 'no'].includes(label) && Object.values(scores).every(Number.isFinite),
  classification: ({ label, scores = {} }) =>
    ['surgery', 'none'].includes(label) && Object.values(scores).every(Number.isFinite),
  multilabel: ({ labels, scores = {} }) =>
    labels.every((label) => ['a', 'b'].includes(label)) && Object.values(scores).every(Number.isFinite),
  ranking: ({ scores }, { documents }) => scores.length === documents.length && scores.every(Number.isFinite),
  relation: ({ triples }) => Array.isArray(triples),
  dialogue: ({ symptoms, entities = [] }, { turns }) =>
    new Set(symptoms.map(({ name }) => name)).size === symptoms.length &&
    entities.every(({ turn, start, end }) => start < end && end <= turns[turn].text.length),
  normalisation: ({ terms }) => terms.every((term) => ['肺炎', '感染', '发热'].includes(term)),
  'dialogue-acts': ({ acts }, { turns }) =>
    acts.length === turns.length && acts.every((act) => ['ask', 'tell'].includes(act)),
  'mention-status': ({ statuses }, { mentions }) =>
    statuses.length === mentions.length && statuses.every((status) => ['absent', 'present'].includes(status)),
  causal: ({ relations }, { text }) =>
    relations.every(({ head, tail }) => head.end <= text.length && tail !== head),
  generation: ({ reply }) => ['先查血常规', '多喝水'].includes(reply),
  'decision-tree': ({ tree }) => tree.length === 1,
  instruction: ({ reply }) => ['病因分析', '治疗方案'].includes(reply),
  event: ({ events }) =>
    events.every(
      ({ core, tendency }) => ['疼痛', '皮疹'].includes(core) && ['肯定', '否定'].includes(tendency),
    ),
};

function expectSound<F extends FamilyId>(
  family: F,
  predictions: readonly Prediction[],
  inputs: readonly Input[],
) {
  expect(predictions).toHaveLength(inputs.length);
  const check = sound[family] as (prediction: Prediction, input: Input) => boolean;
  predictions.forEach((prediction, i) => {
    expect(check(prediction, inputs[i]), JSON.stringify(prediction)).toBe(true);
  });
}

const directory = mkdtempSync(join(tmpdir(), 'kinds-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Lines with a phrase in English where Chinese should be. */
const englishOnly = (lines: readonly Text[]): readonly Text[] =>
  lines.filter(({ en, zh }) => zh === '' || (en === zh && /[a-z]{2,} [a-z]{2,}/.test(en)));

describe.each(
  kinds.flatMap((kind) => kind.families.map((family) => ({ kind, family, name: `${kind.id}, ${family}` }))),
)('$name', ({ kind, family }) => {
  const alternate = (i: number): number => i % 2;
  const train = examples(family, TEXTS, alternate);
  const dev = examples(family, ['发热', '咳嗽'], alternate);
  const inputs = [...examples(family, [...TEXTS, '', '𠮷𠮷野家', LONG, '\u0000\ud800'], alternate)].map(
    ({ input }) => input,
  );

  it('gives valid answers, even for empty texts, lone surrogates and 10 000 characters', async () => {
    const shares: number[] = [];
    const predictor = await kind.fit({
      ...request(family, train, dev),
      onProgress: (share) => shares.push(share),
    });
    expectSound(family, await predict(predictor, inputs), inputs);
    expect(await predict(predictor, [])).toEqual([]);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
    if (predictor.explain)
      for (const input of inputs) expect(englishOnly(predictor.explain(input))).toEqual([]);
  });

  it('answers the same when fitted again, and when saved and loaded', async () => {
    const predictor = await kind.fit(request(family, train, dev));
    const answers = await predict(predictor, inputs);
    const again = await kind.fit(request(family, train, dev));
    expect(await predict(again, inputs)).toEqual(answers);
    if (!predictor.save) return;
    const file = join(directory, `${kind.id}-${family}`);
    await predictor.save(file);
    const loaded = await kind.load(file, taskOf(family));
    expect(await predict(loaded, inputs)).toEqual(answers);
  });

  it('trains with a single answer, with empty and long texts, and without dev', async () => {
    const odd = examples(family, ['', LONG, '发热'], () => 1);
    const predictor = await kind.fit(request(family, odd, []));
    expectSound(family, await predict(predictor, inputs), inputs);
  });

  it('copes with a label that only dev has', async () => {
    const predictor = await kind.fit(
      request(
        family,
        examples(family, TEXTS, () => 0),
        examples(family, TEXTS, () => 1),
      ),
    );
    expectSound(family, await predict(predictor, inputs), inputs);
  });

  it('refuses an empty training set', async () => {
    const refused = kind.fit(request(family, [], []));
    await expect(refused).rejects.toThrow(UserError);
  });

  it('stops answering when aborted, and skips answered inputs', async () => {
    const fitted = await kind.fit(request(family, train, dev));
    const controller = new AbortController();
    const asked: number[] = [];
    const many = Array.from({ length: 3000 }, (_, i) => inputs[i % TEXTS.length]);
    const answering = fitted.answer(many, {
      signal: controller.signal,
      answered: new Set([1]),
      onAnswer(index) {
        asked.push(index);
        controller.abort(new Error('enough'));
      },
    });
    await expect(answering).rejects.toThrow('enough');
    expect(asked.length).toBeLessThan(many.length);
    expect(asked).not.toContain(1);
  });

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(kind.fit({ ...request(family, train, dev), signal })).rejects.toThrow('enough');
  });
});

describe('defineModel', () => {
  const given = (parameters: Record<string, string | number>) =>
    findModel('linear').fit({
      ...request(
        'classification',
        examples('classification', TEXTS, (i) => i % 2),
        [],
      ),
      parameters,
    });

  it('reads numbers and booleans given as text', async () => {
    await expect(given({ c: '2', ngram: 2, sublinear: 'false' })).resolves.toBeDefined();
  });

  it('names what is wrong with a parameter', async () => {
    await expect(given({ depth: 3 })).rejects.toMatchObject({
      code: 'unknown-parameter',
      place: { field: 'depth' },
    });
    await expect(given({ c: 'much' })).rejects.toMatchObject({
      code: 'bad-parameter',
      place: { field: 'c' },
    });
    await expect(given({ sublinear: 'maybe' })).rejects.toMatchObject({ code: 'bad-parameter' });
  });

  it('refuses a family that the kind does not serve', async () => {
    const refused = findModel('linear').fit(
      request(
        'ner',
        examples('ner', TEXTS, () => 1),
        [],
      ) as never,
    );
    await expect(refused).rejects.toMatchObject({ code: 'family-not-served' });
    await expect(findModel('linear').load('x', taskOf('ner'))).rejects.toMatchObject({
      code: 'family-not-served',
    });
  });

  it('refuses another version of the contract', () => {
    const definition = {
      contract: 2 as unknown as typeof CONTRACT,
      id: 'later',
      version: 1,
      summary: { en: 'x', zh: 'x' },
      families: ['ner'] as const,
      parameters: {},
      seeded: false,
      capabilities: { save: false, load: false, explain: false, embed: false },
      implementation: async () => ({ fit: {} }),
    };
    expect(() => defineModel(definition)).toThrow(
      expect.objectContaining({ code: 'other-contract', place: { field: 'contract' } }),
    );
  });

  it('refuses to load with a parameter that was fixed by fitting', async () => {
    const refused = findModel('linear').load('absent', taskOf('classification'), { c: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'fixed-parameter', place: { field: 'c' } });
  });

  it('suggests the nearest name', () => {
    expect(() => findModel('lineer')).toThrow(UserError);
    try {
      findModel('lineer');
    } catch (error) {
      expect((error as UserError).hint).toContain('linear');
    }
  });
});

it('majority serves every family', () => {
  expect([...findModel('majority').families].sort()).toEqual([...FAMILIES].sort());
});

it('reads models of majority whose reason is only in English', async () => {
  const file = join(directory, 'english.bin');
  const header = { answer: { entities: [] }, reason: 'a place in a text rarely starts an entity' };
  await writeModelFile(file, 'majority', { header, arrays: {} });
  const loaded = await findModel('majority').load(file, taskOf('ner'));
  expect(loaded.explain!({ text: '发烧' })).toEqual([{ en: header.reason, zh: header.reason }]);
});
