import { expect, it } from 'vitest';
import { findModel } from '../models/registry.ts';
import { guess, imaginedPairs, imaginedRun, taskNamed } from './fixtures/imagined.ts';
import { settingOf } from './setting.ts';
import { summarize } from './summary.ts';

const task = taskNamed('cMedQQ');
const examples = imaginedPairs(20);
const run = (parameters: Record<string, unknown>, seed = 0, model = 'bert') => {
  const given = parameters as Parameters<typeof imaginedRun>[0]['parameters'];
  return imaginedRun({
    task,
    examples,
    predictions: guess(examples, 0.8, seed),
    model,
    parameters: given,
    seed,
  });
};
const before = { learningRate: 5e-5, epochs: 3 };
const later = { ...before, logitAdjustment: false };

it('gives a parameter that a record lacks its default', () => {
  expect(settingOf(run(before).record)).toEqual(settingOf(run(later).record));
  expect(settingOf(run(before).record)).toMatchObject({ ...later, layerDecay: 1 });
  expect(Object.keys(settingOf(run(later).record))).toEqual(Object.keys(settingOf(run(before).record)));
});

it('omits parameters without a fixed default, secret ones, ones of speed, and those of unknown kinds or versions', () => {
  const setting = settingOf(run(before).record);
  for (const name of ['tokenBudget', 'copies', 'threads', 'checkpointMinutes'])
    expect([name, Object.hasOwn(setting, name)]).toEqual([name, false]);
  expect(settingOf(run(before, 0, 'mine').record)).toEqual(before);
  const { record } = run(before);
  const version = findModel('bert').version + 1;
  expect(settingOf({ ...record, model: { ...record.model, version } })).toEqual({ ...before });
});

it('treats runs from before and after a parameter was added as one setting', () => {
  const runs = [run(before, 0), run(later, 1), run({ ...later, logitAdjustment: true }, 0)];
  expect(summarize(runs).map(({ runs: own, setting }) => [own.length, setting])).toEqual([
    [2, 'logit-adjustment=false'],
    [1, 'logit-adjustment=true'],
  ]);
});
