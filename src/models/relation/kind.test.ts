import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FitRequest, FittedModel } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { relation } from './kind.ts';

const task = findTask('relation');
const folder = mkdtempSync(join(tmpdir(), 'relation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DISEASES = ['肺炎', '胃溃疡', '糖尿病', '高血压'];
const DRUGS = ['青霉素', '奥美拉唑', '胰岛素', '硝苯地平'];
const SIGNS = ['咳嗽', '腹痛', '多饮', '头晕'];

/** A disease, what treats it and how it shows; a second drug that does not treat it. */
function texts(count: number, seed: number, typed = true): Example<'relation'>[] {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[random.below(words.length)];
  return Array.from({ length: count }, (_, i) => {
    const [disease, drug, sign] = [pick(DISEASES), pick(DRUGS), pick(SIGNS)];
    const other = pick(DRUGS.filter((word) => word !== drug));
    const types = (objectType: string) => (typed ? { subjectType: '疾病', objectType } : {});
    const triples: Triple[] = [
      { subject: disease, predicate: '药物治疗', object: drug, ...types('药物') },
      { subject: disease, predicate: '临床表现', object: sign, ...types('症状') },
      { subject: disease, predicate: '禁用', object: other, ...types('药物') },
    ];
    return {
      id: String(i),
      input: { text: `${disease}可用${drug}治疗，多见${sign}，忌用${other}。` },
      gold: { triples },
    };
  });
}

const learn = (
  train: Example<'relation'>[],
  more: Partial<FitRequest<'relation'>> = {},
): Promise<FittedModel> =>
  fitOn<'relation'>(relation, task, train, { parameters: { iterations: 30 }, ...more });

const keys = (triples: readonly Triple[]): string[] =>
  triples.map(({ subject, predicate, object }) => `${subject} ${predicate} ${object}`).sort();

describe('relation', () => {
  const test = texts(20, 9);
  let fitted: FittedModel;
  beforeAll(async () => {
    fitted = await learn(texts(60, 1), { dev: texts(10, 2) });
  });

  it.each([true, false])('finds triples (types given: %s)', async (typed) => {
    const model = typed ? fitted : await learn(texts(60, 1, false));
    const answers = await predict<'relation'>(
      model,
      test.map(({ input }) => input),
    );
    answers.forEach(({ triples }, i) => {
      expect(keys(triples)).toEqual(keys(test[i].gold.triples));
      expect(triples.every(({ subjectType }) => (subjectType === '疾病') === typed)).toBe(true);
    });
  });

  it('explains its answers', () => {
    expect(fitted.explain!(test[0].input)[0].en).toMatch(/^.+ —.+→ .+, \d+\.\d %: .+\(\d/);
  });

  it('answers empty texts, texts without entities and very long ones', async () => {
    const long = { text: test[0].input.text.repeat(600) };
    const [empty, nothing, much] = await predict<'relation'>(fitted, [
      { text: '' },
      { text: '今天天气好' },
      long,
    ]);
    expect(empty.triples).toEqual([]);
    expect(nothing.triples).toEqual([]);
    expect(new Set(keys(much.triples)).size).toBe(much.triples.length);
    expect(keys(much.triples)).toEqual(expect.arrayContaining(keys(test[0].gold.triples).slice(0, 1)));
  });

  it.each([
    ['no triple at all', texts(5, 1).map((example) => ({ ...example, gold: { triples: [] } }))],
    ['an empty text', [{ id: '0', input: { text: '' }, gold: { triples: [] } }]],
    [
      'strings that are not in the text',
      texts(5, 1).map((example) => ({ ...example, input: { text: '别的' } })),
    ],
  ])('learns from %s that there is none', async (_, train) => {
    const model = await learn(train);
    expect(await predict<'relation'>(model, [test[0].input])).toEqual([{ triples: [] }]);
  });

  it('answers only with predicates of train', async () => {
    const one = texts(30, 1).map(({ gold, ...rest }) => ({
      ...rest,
      gold: { triples: gold.triples.slice(0, 1) },
    }));
    const answers = await predict<'relation'>(
      await learn(one, { dev: texts(5, 2) }),
      test.map(({ input }) => input),
    );
    expect(new Set(answers.flatMap(({ triples }) => triples.map(({ predicate }) => predicate)))).toEqual(
      new Set(['药物治疗']),
    );
  });

  it('answers the same when it is fitted again and when it is loaded', async () => {
    const inputs = test.map(({ input }) => input);
    const answers = await predict<'relation'>(fitted, inputs);
    expect(await predict<'relation'>(await learn(texts(60, 1), { dev: texts(10, 2) }), inputs)).toEqual(
      answers,
    );
    const file = join(folder, 'whole.model');
    await fitted.save!(file);
    const loaded = await relation.load(file, task);
    expect(await predict<'relation'>(loaded, inputs)).toEqual(answers);
    expect(loaded.explain!(inputs[0])).toEqual(fitted.explain!(inputs[0]));
    const bytes = readFileSync(file);
    const damaged = join(folder, 'damaged.model');
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 20] ^= 1;
    for (const change of [bytes.subarray(0, 5000), flipped]) {
      writeFileSync(damaged, change);
      await expect(relation.load(damaged, task)).rejects.toBeInstanceOf(UserError);
    }
  });

  it('stops when aborted', async () => {
    await expect(learn(test, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
