import { expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import { gatherSystems } from './systems.ts';

it('runs from before and after a parameter was added are one system', () => {
  const examples = imaginedPairs(20);
  const run = (parameters: { epochs: number; logitAdjustment?: boolean }, seed: number) =>
    imaginedRun({
      ...{ task: taskNamed('cMedQQ'), examples, predictions: guess(examples, 0.8, seed) },
      ...{ model: 'bert', parameters, seed },
    });
  const runs = [
    run({ epochs: 3 }, 0),
    run({ epochs: 3, logitAdjustment: false }, 1),
    run({ epochs: 3, logitAdjustment: true }, 0),
  ];
  expect(gatherSystems(runs).map(({ name, runs: own }) => [name, own.length])).toEqual([
    ['bert(logitAdjustment=false)', 2],
    ['bert(logitAdjustment=true)', 1],
  ]);
});
