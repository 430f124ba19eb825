import { expect, it } from 'vitest';
import type { JudgedSplit } from '../datasets/dataset.ts';
import { foldSplits } from '../datasets/schemes/registry.ts';
import { guess, imaginedPairs, imaginedRun, taskNamed } from './fixtures/imagined.ts';
import { FOLDS, summarize } from './summary.ts';

it('says in both languages how many examples a model was trained on, if not on all of train', () => {
  const examples = imaginedPairs(20);
  const run = imaginedRun({
    task: taskNamed('cMedQQ'),
    examples,
    predictions: guess(examples, 0.8, 0),
    model: 'majority',
  });
  const partial = {
    ...run,
    record: { ...run.record, examples: { ...run.record.examples, train: 150, learnt: 40 } },
  };
  expect(summarize([run])[0].model).toEqual({ en: 'majority', zh: 'majority' });
  expect(summarize([partial])[0].model).toEqual({ en: 'majority (40 of 150)', zh: 'majority（40/150）' });
});

it('combines the folds of a cross-validation, and distinguishes settings of a model', () => {
  const examples = imaginedPairs(20);
  const runOf = (split: JudgedSplit, c: number, share: number) => {
    const predictions = guess(examples, share, 0);
    const run = imaginedRun({ task: taskNamed('cMedQQ'), examples, predictions, model: 'linear' });
    return {
      ...run,
      record: { ...run.record, split, model: { ...run.record.model, parameters: { c, minDf: 2 } } },
    };
  };
  const runs = foldSplits.flatMap((fold) => [runOf(fold, 1, 1), runOf(fold, 10, 0.5)]);
  const [first, second, ...others] = summarize([...runs, runOf('test', 1, 1)]);
  expect([first.split, first.setting, first.runs.length, first.asked]).toEqual([FOLDS, 'c=1', 5, 100]);
  expect([first.mean, first.deviation, first.interval]).toEqual([1, 0, undefined]);
  expect([second.split, second.setting, second.runs.length]).toEqual([FOLDS, 'c=10', 5]);
  expect(summarize([runs[0]])).toMatchObject([{ split: foldSplits[0], interval: expect.anything() }]);
  expect(others).toMatchObject([{ split: 'test', setting: '', asked: 20, interval: expect.anything() }]);
});

it('combines only runs on the same part of the questions, and leaves the interval of several to be added', () => {
  const runOf = (seed: number, asked: number) => {
    const examples = imaginedPairs(asked);
    const predictions = guess(examples, 0.8, seed);
    const run = imaginedRun({ task: taskNamed('cMedQQ'), examples, predictions, seed });
    const of = asked < 20 ? { of: 20 } : {};
    return { ...run, record: { ...run.record, examples: { ...run.record.examples, ...of } } };
  };
  const [all, part] = summarize([runOf(0, 20), runOf(0, 10), runOf(1, 20)]);
  expect([all.runs.length, all.asked, all.interval, all.subsets.all.interval]).toEqual([
    2,
    20,
    undefined,
    undefined,
  ]);
  expect([part.runs.length, part.asked, part.interval]).toEqual([1, 10, expect.anything()]);
});
