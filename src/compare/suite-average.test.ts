import { describe, expect, it } from 'vitest';
import { guess, imaginedPairs, imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import { primaryScore } from '../scoring/score-sheet.ts';
import { averageSuite } from './suite-average.ts';

const examples = imaginedPairs(200);
const run = (id: string, model: string, right: number, seed = 0) =>
  imaginedRun({ task: taskNamed(id), examples, predictions: guess(examples, right, seed + 7), model, seed });

describe('averages over a suite', () => {
  const good = [run('cMedQQ', 'good', 0.95), run('cMedQA', 'good', 0.9)];
  const poor = [run('cMedQQ', 'poor', 0.6), run('cMedQQ', 'poor', 0.6, 1), run('cMedQA', 'poor', 0.6)];
  const value = ({ scores }: (typeof good)[number]): number => primaryScore(scores).value;

  it('are means over tasks of means over seeds, the best first', () => {
    const [first, second] = averageSuite([...poor, ...good]);
    expect([first.model, second.model]).toEqual(['good', 'poor']);
    expect(first.tasks.toSorted()).toEqual(['cMedQA', 'cMedQQ']);
    expect(first.interval.estimate).toBeCloseTo((value(good[0]) + value(good[1])) / 2, 12);
    const overSeeds = (value(poor[0]) + value(poor[1])) / 2;
    expect(second.interval.estimate).toBeCloseTo((overSeeds + value(poor[2])) / 2, 12);
  });

  it('have a paired difference from the best of the same tasks, and narrower intervals than single scores', () => {
    const [first, second] = averageSuite([...poor, ...good]);
    expect(first.difference).toBeUndefined();
    expect(second.difference?.high).toBeLessThan(0);
    const width = ({ low, high }: { low: number; high: number }): number => high - low;
    const single = primaryScore(poor[2].scores).interval;
    expect(width(second.interval)).toBeLessThan(single ? width(single) : 0);
  });

  it('of a model that lacks a task come last, and are not compared', () => {
    const averages = averageSuite([...good, run('cMedQQ', 'part', 1)]);
    expect(averages.map(({ model, tasks }) => [model, tasks.length])).toEqual([
      ['good', 2],
      ['part', 1],
    ]);
    expect(averages[1].difference).toBeUndefined();
  });
});
