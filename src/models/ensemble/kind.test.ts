import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import { devScore } from '../../scoring/dev-score.ts';
import type { Example, FamilyId, Prediction } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Member } from '../contract.ts';
import { fitOn, fitRequest, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';
import { readEnsemble } from './folder.ts';

const directory = mkdtempSync(join(tmpdir(), 'chineseblue-ensemble-'));
afterAll(() => rmSync(directory, { recursive: true }));
const ensemble = findModel('ensemble');

/** A member that answers by a rule. */
const memberOf = <F extends FamilyId>(
  name: string,
  answer: (input: Example<F>['input']) => Prediction<F> | undefined,
): Member => ({
  name,
  kind: findModel('majority'),
  load: async () => ({
    async answer(inputs, { answered, onAnswer }) {
      for (const [index, input] of (inputs as Example<F>['input'][]).entries()) {
        const raw = answer(input);
        if (raw && !answered?.has(index)) onAnswer(index, { raw });
      }
    },
  }),
});

const fitEnsemble = <F extends FamilyId>(
  name: string,
  dev: readonly Example<F>[],
  members: readonly Member[],
  parameters: GivenParameters = {},
) => {
  const task = findTask(name);
  const more = { dev, members, parameters: { runs: 'a+b', ...parameters }, score: devScore(task) };
  return ensemble.fit(fitRequest<F>(task, [], more));
};

const TEXT = '咳嗽发热头痛腹泻';
const span = (at: number, type: string) => ({ start: at, end: at + 2, type });
const entities = (...list: ReturnType<typeof span>[]): Example<'ner'>['gold'] => ({ entities: list });
/** One member finds symptoms only, another drugs only, each with an invention at the place of the other. */
const ner: readonly Example<'ner'>[] = Array.from({ length: 20 }, (_, i) => ({
  id: String(i),
  input: { text: TEXT },
  gold: entities(span(0, 'symptom'), span(2, 'drug')),
}));
const symptoms = memberOf<'ner'>('a', () => entities(span(0, 'symptom'), span(4, 'drug')));
const drugs = memberOf<'ner'>('b', () => entities(span(2, 'drug'), span(6, 'symptom')));

describe('spans', () => {
  it('are taken from every member that helps on dev, and from no other', async () => {
    const misleading = memberOf<'ner'>('c', () => entities(span(1, 'drug'), span(4, 'drug')));
    const right = memberOf<'ner'>('d', () => entities(span(0, 'symptom'), span(2, 'drug')));
    const fitted = await fitEnsemble('cEHRNER', ner, [misleading, right]);
    expect(await predict<'ner'>(fitted, [ner[0].input])).toEqual([ner[0].gold]);
  });

  it('are stacked by type: each member counts for the types it is good at', async () => {
    const voted = await fitEnsemble('cEHRNER', ner, [symptoms, drugs], { method: 'vote' });
    expect(await predict<'ner'>(voted, [ner[0].input])).not.toEqual([ner[0].gold]);
    const stacked = await fitEnsemble('cEHRNER', ner, [symptoms, drugs], { method: 'stack', c: 100 });
    expect(await predict<'ner'>(stacked, [ner[0].input])).toEqual([ner[0].gold]);
  });

  it('do not overlap where those of gold do not', async () => {
    const longer = memberOf<'ner'>('b', () =>
      entities({ start: 0, end: 4, type: 'symptom' }, span(2, 'drug')),
    );
    const fitted = await fitEnsemble('cEHRNER', ner, [symptoms, longer], { tune: false });
    const [{ entities: given }] = await predict<'ner'>(fitted, [ner[0].input]);
    expect(given).toEqual([span(0, 'symptom'), span(2, 'drug'), span(4, 'drug')]);
  });
});

const intent = (label: string, i: number): Example<'classification'> => ({
  id: String(i),
  input: { text: `查询 ${i}` },
  gold: { label },
});
const labelled = (name: string, scores: Record<string, number>): Member =>
  memberOf<'classification'>(name, () => ({
    label: Object.entries(scores).sort(([, a], [, b]) => b - a)[0][0],
    scores,
  }));

describe('labels', () => {
  const dev = ['0', '0', '0', '0'].map(intent);

  it('are averaged as probabilities, whatever the scale of scores', async () => {
    const logits = labelled('b', { '0': 2, '1': -1, '2': -3 });
    const shares = labelled('a', { '0': 0.3, '1': 0.5, '2': 0.2 });
    const fitted = await fitEnsemble('cMedIC', dev, [shares, logits], { tune: false });
    const [{ label, scores }] = await predict<'classification'>(fitted, [{ text: '' }]);
    expect(label).toBe('0');
    const total = Math.exp(2) + Math.exp(-1) + Math.exp(-3);
    expect(scores?.['0']).toBeCloseTo((0.3 + Math.exp(2) / total) / 2, 12);
  });

  it('are voted on where a member gives no scores', async () => {
    const silent = memberOf<'classification'>('c', () => ({ label: '1' }));
    const fitted = await fitEnsemble('cMedIC', [], [labelled('a', { '0': 1, '1': 0 }), silent, silent]);
    expect(await predict<'classification'>(fitted, [{ text: '' }])).toEqual([
      { label: '1', scores: { '0': 1 / 3, '1': 2 / 3 } },
    ]);
  });

  it('give a better member more weight, and one without answers none', async () => {
    const wrong = labelled('a', { '0': 0.1, '1': 0.9 });
    const right = labelled('b', { '0': 0.6, '1': 0.4 });
    const untuned = await fitEnsemble('cMedIC', dev, [wrong, right], { tune: false });
    expect((await predict<'classification'>(untuned, [{ text: '' }]))[0].label).toBe('1');
    const tuned = await fitEnsemble('cMedIC', dev, [wrong, right]);
    expect((await predict<'classification'>(tuned, [{ text: '' }]))[0].label).toBe('0');
    const absent = memberOf<'classification'>('c', () => undefined);
    const alone = await fitEnsemble('cMedIC', dev, [wrong, absent], { tune: false });
    expect((await predict<'classification'>(alone, [{ text: '' }]))[0].label).toBe('1');
    const nothing = await fitEnsemble('cMedIC', dev, [absent, absent]);
    expect(await predict<'classification'>(nothing, [{ text: '' }])).toEqual([undefined]);
  });

  it('have a threshold where one of two is the positive one', async () => {
    const pairs = Array.from({ length: 8 }, (_, i): Example<'similarity'> => {
      const label = String(Number(i < 4));
      return { id: String(i), input: { textA: label, textB: '' }, gold: { label } };
    });
    const hesitant = memberOf<'similarity'>('a', ({ textA }) => {
      const share = textA === '1' ? 0.4 : 0.2;
      return { label: '0', scores: { '0': 1 - share, '1': share } };
    });
    const fitted = await fitEnsemble('cMedQQ', pairs, [hesitant, hesitant]);
    const given = await predict<'similarity'>(
      fitted,
      pairs.map(({ input }) => input),
    );
    expect(given.map(({ label }) => label)).toEqual(pairs.map(({ gold }) => gold.label));
  });

  it('cannot be stacked without dev', async () => {
    const refused = fitEnsemble('cMedIC', [], [labelled('a', { '0': 1 }), labelled('b', { '0': 1 })], {
      method: 'stack',
    });
    await expect(refused).rejects.toMatchObject({ code: 'empty-dev', place: { field: 'method' } });
  });
});

describe('sets', () => {
  it('of triples contain what most members predict', async () => {
    const triple = (object: string) => ({ subject: '感冒', predicate: '症状', object });
    const relationsMember = (...objects: string[]) =>
      memberOf<'relation'>('t', () => ({ triples: objects.map(triple) }));
    const fitted = await fitEnsemble<'relation'>(
      'relation',
      [],
      [relationsMember('发热', '咳嗽'), relationsMember('咳嗽', '头痛'), relationsMember('头痛', '咳嗽')],
    );
    expect(await predict<'relation'>(fitted, [{ text: '' }])).toEqual([
      { triples: ['咳嗽', '头痛'].map(triple) },
    ]);
  });

  it('of symptoms have one status per name, and mentions where a member gives any', async () => {
    const symptom = (name: string, status: 'true' | 'false') => ({ name, status });
    const mention = { turn: 0, start: 0, end: 2 };
    const a = memberOf<'dialogue'>('a', () => ({ symptoms: [symptom('发热', 'true')], entities: [mention] }));
    const b = memberOf<'dialogue'>('b', () => ({
      symptoms: [symptom('发热', 'false'), symptom('咳嗽', 'true')],
    }));
    const turns = [{ speaker: '患者', text: '发热' }];
    const untuned = await fitEnsemble<'dialogue'>('CMDD', [], [a, b]);
    expect(await predict<'dialogue'>(untuned, [{ turns }])).toEqual([
      { symptoms: [symptom('发热', 'true'), symptom('咳嗽', 'true')], entities: [mention] },
    ]);
    const gold = { symptoms: [symptom('发热', 'false')], entities: [] };
    const dev = Array.from({ length: 4 }, (_, i) => ({ id: String(i), input: { turns }, gold }));
    const stacked = await fitEnsemble<'dialogue'>('CMDD', dev, [a, b], { method: 'stack', c: 100 });
    expect(await predict<'dialogue'>(stacked, [{ turns }])).toEqual([
      { symptoms: [symptom('发热', 'false')], entities: [] },
    ]);
  });

  it('of labels average probabilities before the threshold of dev', async () => {
    const scoring = (x: number, y: number) =>
      memberOf<'multilabel'>('m', () => ({ labels: [], scores: { x, y } }));
    const dev = [{ id: '0', input: { text: '' }, gold: { labels: ['x'] } }];
    const fitted = await fitEnsemble<'multilabel'>('multilabel', dev, [scoring(0.4, 0.1), scoring(0.2, 0.1)]);
    const [{ labels, scores }] = await predict<'multilabel'>(fitted, [{ text: '' }]);
    expect(labels).toEqual(['x']);
    expect(scores?.x).toBeCloseTo(0.3, 12);
  });
});

describe('one label per part', () => {
  const turns = ['发烧吗', '没有', '好'].map((text) => ({ speaker: '患者', text }));
  const actsMember = (...acts: string[]) => memberOf<'dialogue-acts'>('a', () => ({ acts }));
  const dev = Array.from({ length: 4 }, (_, i): Example<'dialogue-acts'> => {
    return { id: String(i), input: { turns }, gold: { acts: ['ask', 'tell', 'other'] } };
  });
  const answers = async (members: readonly Member[], own: typeof dev, parameters: GivenParameters = {}) =>
    predict<'dialogue-acts'>(await fitEnsemble('dialogue-acts', own, members, parameters), [{ turns }]);

  it('is that of most members, part by part', async () => {
    const members = [
      actsMember('ask', 'ask', 'other'),
      actsMember('ask', 'tell', 'tell'),
      actsMember('tell', 'tell', 'other'),
    ];
    expect(await answers(members, [])).toEqual([{ acts: ['ask', 'tell', 'other'] }]);
  });

  it('is that of the member that is best on dev, by label where stacked', async () => {
    const [wrong, right] = [actsMember('tell', 'ask', 'ask'), actsMember('ask', 'tell', 'other')];
    expect(await answers([wrong, right], dev)).toEqual([dev[0].gold]);
    const halves = [actsMember('ask', 'other', 'other'), actsMember('other', 'tell', 'ask')];
    expect(await answers(halves, dev, { method: 'stack', c: 100 })).toEqual([dev[0].gold]);
  });

  it('of mentions likewise, and none where there is none', async () => {
    const saysPresent = memberOf<'mention-status'>('a', ({ mentions }) => ({
      statuses: mentions.map(() => 'present'),
    }));
    const fitted = await fitEnsemble<'mention-status'>('mention-status', [], [saysPresent, saysPresent]);
    const mentions = [{ turn: 0, start: 0, end: 2 }];
    expect(
      await predict<'mention-status'>(fitted, [
        { turns, mentions },
        { turns, mentions: [] },
      ]),
    ).toEqual([{ statuses: ['present'] }, { statuses: [] }]);
  });
});

describe('terms', () => {
  const naming = (...terms: string[]) => memberOf<'normalisation'>('t', () => ({ terms }));

  it('are those of most members, and the best one where no member agrees with another', async () => {
    const task = 'normalisation';
    const most = await fitEnsemble(
      task,
      [],
      [naming('肺炎', '感染'), naming('肺炎'), naming('感染', '发热')],
    );
    expect(await predict<'normalisation'>(most, [{ text: '' }])).toEqual([{ terms: ['肺炎', '感染'] }]);
    const none = await fitEnsemble(task, [], [naming('肺炎'), naming('感染'), naming('发热')]);
    expect(await predict<'normalisation'>(none, [{ text: '' }])).toEqual([{ terms: ['肺炎'] }]);
  });
});

describe('events', () => {
  const event = (core: string, ...anatomy: string[]) => ({ core, tendency: '肯定', characters: [], anatomy });
  const eventsMember = (...events: ReturnType<typeof event>[]) => memberOf<'event'>('e', () => ({ events }));
  const gold = { events: [event('疼痛', '腹部', '胸部'), event('咳嗽')] };
  const dev = Array.from({ length: 4 }, (_, i) => ({ id: String(i), input: { text: '' }, gold }));

  it('are equal whatever the order of their words, and one for each core where gold has one', async () => {
    const members = [
      eventsMember(event('疼痛', '胸部', '腹部'), event('咳嗽')),
      eventsMember(event('疼痛', '腹部', '胸部')),
      eventsMember(event('疼痛'), event('咳嗽', '咽部')),
    ];
    const fitted = await fitEnsemble('event', [], members, { tune: false });
    expect(await predict<'event'>(fitted, [{ text: '' }])).toEqual([
      { events: [event('疼痛', '胸部', '腹部')] },
    ]);
    const one = await fitEnsemble('event', dev, members.slice(1));
    const [{ events }] = await predict<'event'>(one, [{ text: '' }]);
    expect(events.filter(({ core }) => core === '疼痛')).toHaveLength(1);
  });
});

describe('causal relations', () => {
  it('are those that most members put in the same place', async () => {
    const place = (start: number) => ({ start, end: start + 2 });
    const cause = (from: number, to: number) => ({ head: place(from), relation: '1', tail: place(to) });
    const condition = { head: place(0), relation: '2', tail: cause(3, 6) };
    const finding = (...relations: readonly (typeof condition | ReturnType<typeof cause>)[]) =>
      memberOf<'causal'>('c', () => ({ relations }));
    const members = [finding(cause(0, 3), condition), finding(condition, cause(0, 4)), finding(cause(0, 3))];
    const fitted = await fitEnsemble<'causal'>('causal', [], members);
    expect(await predict<'causal'>(fitted, [{ text: '' }])).toEqual([
      { relations: [cause(0, 3), condition] },
    ]);
  });
});

describe('rankings', () => {
  const list: Example<'ranking'> = {
    id: '0',
    input: { query: '', documents: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] },
    gold: { relevance: [0, 1, 2] },
  };
  const scoring = (...scores: number[]) => memberOf<'ranking'>('r', () => ({ scores }));

  it('are averaged after standardising, so that no scale dominates', async () => {
    const fitted = await fitEnsemble('cMedIR', [], [scoring(1000, 2000, 0), scoring(0, 1, 2)]);
    const [{ scores }] = await predict<'ranking'>(fitted, [list.input]);
    expect(scores.indexOf(Math.max(...scores))).toBe(1);
  });

  it('are fused by reciprocal ranks; equal scores share a rank', async () => {
    const members = [scoring(5, 5, 1), scoring(0, 1, 2)];
    const fitted = await fitEnsemble('cMedIR', [], members, { method: 'vote' });
    const [{ scores }] = await predict<'ranking'>(fitted, [list.input]);
    expect(scores[0]).toBeCloseTo((1 / 61.5 + 1 / 63) / 2, 12);
    expect(scores[2]).toBeCloseTo((1 / 63 + 1 / 61) / 2, 12);
  });

  it.each(['average', 'stack'])('prefer the member that is better on dev: %s', async (method) => {
    const fitted = await fitEnsemble('cMedIR', [list], [scoring(9, 1, 0), scoring(0, 1, 2)], { method });
    const [{ scores }] = await predict<'ranking'>(fitted, [list.input]);
    expect(scores[2]).toBeGreaterThan(scores[1]);
    expect(scores[1]).toBeGreaterThan(scores[0]);
  });
});

it('skips answered inputs, and stops when aborted', async () => {
  const fitted = await fitEnsemble('cEHRNER', ner, [symptoms, drugs]);
  const asked: number[] = [];
  await fitted.answer([ner[0].input, ner[1].input], {
    answered: new Set([0]),
    onAnswer: (index) => asked.push(index),
  });
  expect(asked).toEqual([1]);
  const signal = AbortSignal.abort(new Error('enough'));
  const task = findTask('cEHRNER');
  const request = fitRequest<'ner'>(task, [], {
    ...{ dev: ner, members: [symptoms, drugs], parameters: { runs: 'a+b' }, signal },
  });
  await expect(ensemble.fit(request)).rejects.toThrow('enough');
});

const SAMPLED = [
  ['cEHRNER', 'lexicon', 'majority'],
  ['cMedQQ', 'linear', 'knn'],
  ['cMedQNLI', 'linear', 'fasttext'],
  ['cMedIC', 'linear', 'knn'],
  ['multilabel', 'linear', 'knn'],
  ['cMedIR', 'bm25', 'ltr'],
  ['relation', 'majority', 'lexicon'],
  ['CMDD', 'majority', 'lexicon'],
  ['dialogue-acts', 'linear', 'majority'],
  ['mention-status', 'linear', 'majority'],
  ['normalisation', 'terms', 'majority'],
  ['event', 'events', 'majority'],
  ['causal', 'majority', 'lexicon'],
  ['generation', 'knn', 'majority'],
  ['instruction', 'knn', 'majority'],
  ['decision-tree', 'majority', 'majority'],
] as const;

describe.each(SAMPLED)('%s of the samples', (name, ...kinds) => {
  it.each(['average', 'stack'])('is kept and answers the same when read back: %s', async (method) => {
    const dataset = await openDataset({ task: findTask(name), dir: samplesDir() });
    const { task } = dataset;
    const { train, dev, evaluated } = await dataset.division('test');
    const score = devScore(task);
    const served = kinds.map((id) => (findModel(id).families.includes(task.family) ? id : 'majority'));
    const members = served.map(
      (id, i): Member => ({
        name: `${id}-${i}`,
        kind: findModel(id),
        load: () => fitOn(findModel(id), task, train.slice(0, 40), { dev, score }),
      }),
    );
    const parameters = { runs: 'a+b', method };
    const fitted = await ensemble.fit(fitRequest(task, train, { dev, members, score, parameters }));
    const inputs = evaluated.questions.map(({ input }) => input);
    const given = await predict(fitted, inputs);
    expect(given).toHaveLength(inputs.length);
    expect(given.every((prediction) => prediction !== undefined)).toBe(true);
    const folder = join(directory, `${name}-${method}`);
    await fitted.save?.(folder);
    expect(await predict(await ensemble.load(folder, task), inputs)).toEqual(given);
    const kept = await readEnsemble(folder, task.family);
    expect(kept.members.map(({ kind }) => kind)).toEqual(served);
    expect(kept.combination.stack !== undefined).toBe(method === 'stack');
  });
});
