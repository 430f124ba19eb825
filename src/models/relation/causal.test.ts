import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import type { Example } from '../../tasks/examples.ts';
import { placesKey } from '../../tasks/families/causal/answers.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { asPairs, fromPairs } from './causal.ts';
import { relation } from './kind.ts';

const task = findTask('causal');
const folder = mkdtempSync(join(tmpdir(), 'causal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const examplesOf = async (split: 'train' | 'test') =>
  (await (await openDataset({ task, dir: samplesDir() })).split(split))
    .examples as readonly Example<'causal'>[];

it('a condition on a relation is encoded as three pairs, and decoded from them', () => {
  const [condition, cause, effect] = [0, 3, 6].map((start) => ({ start, end: start + 2 }));
  const nested = { head: condition, relation: '2', tail: { head: cause, relation: '1', tail: effect } };
  const { triples, mentions } = asPairs('孕妇，贫血致心快', [nested]);
  expect(triples.map(({ subject, object }) => `${subject} ${object}`)).toEqual([
    '贫血 心快',
    '孕妇 贫血',
    '孕妇 心快',
  ]);
  const candidates = triples.map((triple) => {
    const placed = (words: string) => mentions['孕妇 贫血 心快'.split(' ').indexOf(words)];
    const [subject, object] = [placed(triple.subject), placed(triple.object)];
    const pair = { subject, object, subjectText: triple.subject, objectText: triple.object, types: '' };
    return { triple, pair, probability: 1 };
  });
  expect(fromPairs(candidates)).toEqual([nested]);
  expect(fromPairs(candidates.slice(0, 2))).toEqual([]);
});

it('finds relations and conditions of new texts, explains them, and answers the same when loaded', async () => {
  const [train, test] = [await examplesOf('train'), await examplesOf('test')];
  const inputs = test.map(({ input }) => input);
  const fitted = await fitOn<'causal'>(relation, task, [...train], { parameters: { iterations: 30 } });
  const answers = await predict<'causal'>(fitted, inputs);
  const found = answers.map(({ relations }) => relations.map(placesKey));
  const gold = test.map(({ gold: { relations } }) => relations.map(placesKey));
  const right = found.flatMap((keys, i) => keys.filter((key) => gold[i].includes(key))).length;
  expect((2 * right) / (found.flat().length + gold.flat().length)).toBeGreaterThan(0.6);
  expect(answers.flatMap(({ relations }) => relations).some(({ tail }) => 'relation' in tail)).toBe(true);
  const lines = inputs.flatMap((input) => fitted.explain!(input));
  expect(lines.some(({ zh }) => zh.includes('的条件（2）'))).toBe(true);
  const file = join(folder, 'causal.model');
  await fitted.save!(file);
  expect(await predict<'causal'>(await relation.load(file, task), inputs)).toEqual(answers);
  await expect(relation.load(file, findTask('relation'))).rejects.toMatchObject({ code: 'other-family' });
});
