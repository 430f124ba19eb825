import { expect, it } from 'vitest';
import { findSuite, suites, tasksOf } from './registry.ts';

it('suites name tasks that exist, each once', () => {
  for (const suite of suites) {
    expect(tasksOf(suite).map(({ id }) => id)).toEqual(suite.tasks);
    expect(new Set(suite.tasks).size).toBe(suite.tasks.length);
  }
});

it('an unknown suite is answered with the known ones', () => {
  expect(findSuite('ChineseBLUE').id).toBe('chineseblue');
  expect(() => findSuite('chinesebleu')).toThrow(expect.objectContaining({ code: 'unknown-suite' }));
});
