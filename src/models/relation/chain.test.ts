import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import type { Example } from '../../tasks/examples.ts';
import { editDistance, isTree, treeSize } from '../../tasks/families/decision-tree/trees.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { learnHabits } from './chain.ts';
import { relation } from './kind.ts';

const task = findTask('decision-tree');
const folder = mkdtempSync(join(tmpdir(), 'chain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const examplesOf = async (split: 'train' | 'test') =>
  (await (await openDataset({ task, dir: samplesDir() })).split(split))
    .examples as readonly Example<'decision-tree'>[];

it('learns which relations are conditions, and how they combine', async () => {
  const { roles, logics } = learnHabits((await examplesOf('train')).map(({ gold }) => gold.tree));
  expect(roles).toEqual({ 临床表现: 'C', 治疗方案: 'D', 治疗药物: 'D' });
  expect(logics.C).toBe('or');
});

it('writes trees of new texts, and the same ones when loaded', { timeout: 60_000 }, async () => {
  const [train, test] = [(await examplesOf('train')).slice(0, 100), (await examplesOf('test')).slice(0, 20)];
  const inputs = test.map(({ input }) => input);
  const fitted = await fitOn<'decision-tree'>(relation, task, [...train], { parameters: { iterations: 20 } });
  const answers = await predict<'decision-tree'>(fitted, [...inputs, { text: '' }]);
  expect(answers.every(({ tree }) => isTree(tree))).toBe(true);
  const edits = test.reduce((sum, { gold }, i) => sum + editDistance(answers[i].tree, gold.tree), 0);
  const most = test.reduce((sum, { gold }, i) => sum + treeSize(answers[i].tree) + treeSize(gold.tree), 0);
  expect(1 - edits / most).toBeGreaterThan(0.6);
  const file = join(folder, 'trees.model');
  await fitted.save!(file);
  expect(await predict<'decision-tree'>(await relation.load(file, task), inputs)).toEqual(
    answers.slice(0, -1),
  );
});
