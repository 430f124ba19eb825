import { describe, expect, it } from 'vitest';
import { type Agreement, agreementF1, cohenKappa, krippendorffAlpha } from './agreement.ts';
import { bootstrap } from './bootstrap.ts';

const estimate = ({ counts, width, figure }: Agreement): number =>
  bootstrap(counts, width, figure.value, { resamples: 10 }).estimate;

const pairs = (a: string, b: string): [string, string][] => [...a].map((label, i) => [label, b[i]]);

describe('Cohen’s kappa', () => {
  it('is that of scikit-learn 1.7.2', () => {
    // sklearn.metrics.cohen_kappa_score(list(a), list(b))
    expect(estimate(cohenKappa(pairs('xxyyzzxyzx', 'xyyyzxxyzz')))).toBeCloseTo(0.5522388059701493, 12);
    expect(estimate(cohenKappa(pairs('aabbaabb', 'ababcbab')))).toBeCloseTo(-0.11111111111111116, 12);
  });

  it('is 1 where both agree, below 0 where they agree less than by chance, NaN with one label', () => {
    expect(estimate(cohenKappa(pairs('xyxy', 'xyxy')))).toBe(1);
    expect(estimate(cohenKappa(pairs('xyxy', 'yxyx')))).toBe(-1);
    expect(estimate(cohenKappa(pairs('xxx', 'xxx')))).toBeNaN();
  });
});

describe('Krippendorff’s alpha', () => {
  // Krippendorff 2011, section C: four observers, 12 units, missing choices.
  it('is that of the literature, with missing choices', () => {
    const A = ['1', '2', '3', '3', '2', '1', '4', '1', '2', '.', '.', '.'];
    const B = ['1', '2', '3', '3', '2', '2', '4', '1', '2', '5', '.', '3'];
    const C = ['.', '3', '3', '3', '2', '3', '4', '2', '2', '5', '1', '.'];
    const D = ['1', '2', '3', '3', '2', '4', '4', '1', '2', '5', '1', '.'];
    const records = A.map((_, u) => [A[u], B[u], C[u], D[u]].filter((choice) => choice !== '.'));
    expect(estimate(krippendorffAlpha(records))).toBeCloseTo(0.743, 3);
  });

  it('of two annotators without missing choices is that of a worked example', () => {
    // Krippendorff 2011, section B: two observers, nominal data: 0.692
    const [a, b] = [[...'aabbdcccedda'], [...'babbbccceddd']];
    expect(estimate(krippendorffAlpha(a.map((choice, i) => [choice, b[i]])))).toBeCloseTo(0.692, 3);
  });
});

describe('F1 of marks', () => {
  it('counts what both marked twice', () => {
    const f1 = agreementF1([
      { a: 2, b: 1, both: 1 },
      { a: 0, b: 1, both: 0 },
    ]);
    expect(estimate(f1)).toBe(0.5);
    expect(estimate(agreementF1([{ a: 0, b: 0, both: 0 }]))).toBeNaN();
  });
});
