import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metric } from './metric.ts';
import {
  ndcg,
  pairOrder,
  queryMean,
  type Ranked,
  type RankingItem,
  rank,
  reciprocalRank,
  type Ties,
} from './ranking.ts';

interface Case {
  readonly grades: readonly number[];
  readonly scores: readonly number[];
  readonly recipRank1: number;
  readonly recipRank2: number;
  readonly trecNdcg5: number;
  readonly trecNdcg10: number;
  readonly expectedNdcg5: number;
  readonly expectedNdcg10: number;
}

const { cases } = JSON.parse(readFileSync(new URL('./fixtures/rankings.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const record = (relevance: readonly number[], scores: readonly number[], prefix = 'd'): RankingItem => ({
  input: { documents: relevance.map((_, i) => ({ title: `${prefix}${i}` })) },
  gold: { relevance },
  prediction: { scores },
});

function score(metric: Metric<RankingItem>, units: readonly (readonly RankingItem[])[]): number {
  const counts = new Float64Array(metric.width);
  for (const unit of units) metric.count(unit, counts, 0);
  return metric.value(counts);
}

describe('trec_eval and scikit-learn', () => {
  const each = (check: (c: Case, ranked: (ties: Ties) => Ranked) => void): void => {
    expect(cases).toHaveLength(80);
    for (const c of cases) check(c, (ties) => rank([record(c.grades, c.scores)], ties));
  };

  it('reciprocal rank, ties in the order of trec_eval, at two thresholds', () => {
    each((c, ranked) => {
      expect(reciprocalRank(ranked('trec'), 1)).toBeCloseTo(c.recipRank1, 12);
      expect(reciprocalRank(ranked('trec'), 2)).toBeCloseTo(c.recipRank2, 12);
    });
  });

  it('nDCG, ties in the order of trec_eval', () => {
    each((c, ranked) => {
      expect(ndcg(ranked('trec'), 5)).toBeCloseTo(c.trecNdcg5, 12);
      expect(ndcg(ranked('trec'), 10)).toBeCloseTo(c.trecNdcg10, 12);
    });
  });

  it('nDCG, expected over ties as scikit-learn', () => {
    each((c, ranked) => {
      expect(ndcg(ranked('expected'), 5)).toBeCloseTo(c.expectedNdcg5, 12);
      expect(ndcg(ranked('expected'), 10)).toBeCloseTo(c.expectedNdcg10, 12);
    });
  });
});

/** All orders of the tied documents of a ranking, each as if nothing tied. */
function orders(indices: readonly number[]): number[][] {
  if (indices.length === 0) return [[]];
  return indices.flatMap((first) =>
    orders(indices.filter((i) => i !== first)).map((rest) => [first, ...rest]),
  );
}

describe('expected values over ties', () => {
  it('equal the mean over all orders that the scores allow', () => {
    const documents = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 5 }), (list, cutoff) => {
        const grades = list.map(([grade]) => grade);
        const scores = list.map(([, s]) => s);
        const allowed = orders(grades.map((_, i) => i)).filter((order) =>
          order.every((d, i) => i === 0 || scores[order[i - 1]] >= scores[d]),
        );
        const mean = (of: (order: number[]) => number): number =>
          allowed.reduce((sum, order) => sum + of(order), 0) / allowed.length;
        const certain = (order: number[]) => ({
          grades: order.map((i) => grades[i]),
          ends: order.map((_, i) => i + 1),
        });
        const ranked = rank([record(grades, scores)], 'expected');
        expect(reciprocalRank(ranked, 1)).toBeCloseTo(
          mean((order) => reciprocalRank(certain(order), 1)),
          12,
        );
        expect(ndcg(ranked, cutoff)).toBeCloseTo(
          mean((order) => ndcg(certain(order), cutoff)),
          12,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('pair accuracy', () => {
  const accuracy = pairOrder('accuracy');
  const odds = pairOrder('odds');

  it('counts only pairs of different grades', () => {
    expect(score(accuracy, [[record([2, 1, 1], [3, 2, 1])]])).toBe(1);
    expect(score(accuracy, [[record([2, 1, 1], [2, 3, 1])]])).toBe(0.5);
  });

  it('sums pairs over records, not queries', () => {
    const perfect = record([2, 1, 0], [3, 2, 1]);
    const wrong = record([1, 0], [0, 1]);
    expect(score(accuracy, [[perfect], [wrong]])).toBe(0.75);
    expect(score(accuracy, [[perfect, wrong]])).toBe(0.75);
  });

  it('never pairs documents of two records', () => {
    expect(score(accuracy, [[record([1], [0]), record([0], [1])]])).toBeNaN();
  });

  it('counts ties one half, or by position', () => {
    const unit = [[record([1, 0], [5, 5])]];
    expect(score(accuracy, unit)).toBe(0.5);
    expect(score(odds, unit)).toBe(1);
    expect(score(pairOrder('accuracy', 'trec'), unit)).toBe(0);
    expect(score(pairOrder('accuracy', 'trec'), [[record([0, 1], [5, 5])]])).toBe(1);
  });

  it('turns into PAIR: a/(1−a), infinite where nothing is wrong, undefined without pairs', () => {
    expect(score(odds, [[record([2, 1, 0], [3, 1, 2])]])).toBe(2);
    expect(score(odds, [[record([1, 0], [1, 0])]])).toBe(Number.POSITIVE_INFINITY);
    expect(score(odds, [[record([1, 0], [0, 1])]])).toBe(0);
    expect(score(odds, [[record([1, 1], [0, 1])]])).toBeNaN();
  });

  it('reports records without a pair', () => {
    const counts = new Float64Array(accuracy.width);
    accuracy.count([record([1, 1], [0, 1]), record([1, 0], [1, 1])], counts, 0);
    expect(accuracy.details!(counts)).toMatchObject({ pairs: 1, tied: 1, recordsWithoutPair: 1, pair: 1 });
  });

  it('does not change with the order of documents or the scale of scores', () => {
    const documents = fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(documents, (list) => {
        const of = (l: typeof list, scale: number) =>
          score(accuracy, [
            [
              record(
                l.map(([g]) => g),
                l.map(([, s]) => s * scale - 7),
              ),
            ],
          ]);
        expect(of([...list].reverse(), 2)).toEqual(of(list, 1));
      }),
    );
  });
});

describe('a query', () => {
  const mrr = (noPositive: 'zero' | 'skip') =>
    queryMean({ score: (r) => reciprocalRank(r, 2), relevantFrom: 2, ties: 'expected', noPositive });

  it('pools its records; a repeated document counts once', () => {
    const a = record([0, 2], [2, 1]);
    const b: RankingItem = {
      input: { documents: [{ title: 'd0' }, { title: 'd1' }, { title: 'new', url: 'u' }] },
      gold: { relevance: [0, 1, 0] },
      prediction: { scores: [0, 5, 2.5] },
    };
    const ranked = rank([a, b], 'expected');
    expect(ranked).toEqual({ grades: [2, 0, 0], ends: [1, 2, 3] });
    expect(score(mrr('zero'), [[a, b]])).toBe(1);
  });

  it('distinguishes documents of one title by their address', () => {
    const documents = [
      { title: 't', url: '1' },
      { title: 't', url: '2' },
    ];
    const unit = [{ input: { documents }, gold: { relevance: [1, 0] }, prediction: { scores: [0, 1] } }];
    expect(rank(unit, 'trec').grades).toEqual([0, 1]);
  });

  it('without a positive counts as zero, or is skipped', () => {
    const units = [[record([2, 0], [1, 0])], [record([1, 0], [1, 0])]];
    expect(score(mrr('zero'), units)).toBe(0.5);
    expect(score(mrr('skip'), units)).toBe(1);
    expect(score(mrr('skip'), units.slice(1))).toBeNaN();
    expect(score(mrr('zero'), units.slice(1))).toBe(0);
  });
});

it('the reciprocal rank beyond a cutoff is 0, and a tie across it counts by its probability', () => {
  const single = (place: number): Ranked => ({
    grades: Array.from({ length: 12 }, (_, i) => Number(i === place)),
    ends: Array.from({ length: 12 }, (_, i) => i + 1),
  });
  expect(reciprocalRank(single(9), 1, 10)).toBe(1 / 10);
  expect(reciprocalRank(single(10), 1, 10)).toBe(0);
  // one relevant document in a tie of three at ranks 2 to 4, cut after 3
  const tied: Ranked = { grades: [0, 0, 1, 0], ends: [1, 4] };
  expect(reciprocalRank(tied, 1, 3)).toBeCloseTo((1 / 3) * (1 / 2 + 1 / 3), 12);
});
