import { expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import type { Plan } from './plan.ts';
import { totalWork, workOf } from './work.ts';

const plan = (model: string): Plan => ({
  ...{ task: findTask('cMedIC'), model, parameters: {}, seed: 0, split: 'test', source: 'primary' },
  ...{ dataDir: '', root: '', keepModel: false, force: false },
});

it('a slow model counts as many fast ones', () => {
  expect(workOf(plan('linear'))).toBe(1);
  expect(workOf(plan('bert'))).toBeGreaterThan(5);
  expect(totalWork([plan('linear'), plan('bert'), plan('majority')])).toBe(2 + workOf(plan('bert')));
  expect(totalWork([])).toBe(0);
});
