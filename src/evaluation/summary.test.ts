import { expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from './fixtures/imagined.ts';
import { summarize } from './summary.ts';

it('says in both languages how many examples a model learnt from, where it was not all of train', () => {
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
