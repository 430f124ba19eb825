import { expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import { completePlan } from './plan.ts';

it('needs only a task and a model: everything else has a default, and undefined counts as omitted', () => {
  const task = findTask('cMedIC');
  const plan = completePlan({ task, model: 'linear', dataDir: 'corpora', seed: undefined });
  expect(plan).toEqual({
    ...{ task, model: 'linear', dataDir: 'corpora' },
    ...{ parameters: {}, seed: 0, split: 'test', source: 'primary', root: 'runs' },
    ...{ keepModel: false, force: false },
  });
  const given = { ...plan, parameters: { minDf: 3 }, seed: 4, root: 'elsewhere', force: true };
  expect(completePlan(given)).toEqual(given);
  expect(completePlan({ task, model: 'linear' }).dataDir).toMatch(/\S/);
});
