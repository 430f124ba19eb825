import { describe, expect, it } from 'vitest';
import { coverageOf, coverageOfPredictions, describeCoverage, unanswered } from './coverage.ts';

describe('coverage', () => {
  it('counts every question once', () => {
    const coverage = coverageOf(['answered', 'missing', 'refused', 'unreadable', 'answered']);
    expect(coverage).toEqual({ asked: 5, answered: 2, refused: 1, unreadable: 1, missing: 1 });
    expect(unanswered(coverage)).toBe(3);
    expect(coverage.answered + coverage.refused + coverage.unreadable + coverage.missing).toBe(
      coverage.asked,
    );
  });

  it('counts undefined predictions as missing', () => {
    expect(coverageOfPredictions([undefined, { label: '1' }])).toMatchObject({ answered: 1, missing: 1 });
  });

  it('is described in one line, without counts of 0', () => {
    expect(describeCoverage(coverageOf(['answered']))).toEqual({
      en: '1 example, 1 answered',
      zh: '1 个样本，已答 1',
    });
    expect(describeCoverage(coverageOf(['answered', 'unreadable', 'missing']))).toEqual({
      en: '3 examples, 1 answered, 1 unreadable, 1 missing (scored as wrong)',
      zh: '3 个样本，已答 1，无法解析 1，缺失 1（按答错计）',
    });
  });
});
