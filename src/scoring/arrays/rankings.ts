import type { Metric } from '../../metrics/metric.ts';
import {
  ndcg,
  pairOrder,
  queryMean,
  type RankingItem,
  reciprocalRank,
  type Ties,
} from '../../metrics/ranking.ts';
import { countItems, figuresOf, type Intervals, requireAligned, type ScoreOptions } from './options.ts';

/** What counts as relevant, and how deep. */
export interface RankingOptions extends ScoreOptions {
  /** Lowest grade that counts as relevant where a metric needs a yes or no. Default 1. */
  readonly relevantFrom?: number;
  /** Ranks at which nDCG is cut off. Default 1, 3, 5, 10. */
  readonly cutoffs?: readonly number[];
  /** How ties are resolved. Default `expected`: the mean over all orders of the tied documents. */
  readonly ties?: Ties;
}

/** Shares from 0 to 1; a query without a relevant document counts 0 in the means, as in trec_eval. */
export interface RankingScores {
  /** Share of the document pairs with different grades that are in the right order. */
  readonly pairAccuracy: number;
  /** Mean reciprocal rank of the first relevant document. */
  readonly mrr: number;
  /** nDCG with linear gain, by cutoff: `ndcg[10]`. */
  readonly ndcg: Readonly<Record<number, number>>;
  readonly intervals: Intervals;
}

/**
 * Scores of one ranked list of documents per query.
 *
 * @param relevance the grade of every document, query by query; larger is more relevant
 * @param scores the predicted score of every document, in the same order; larger comes first
 * @throws UserError `length-mismatch` where queries or their documents differ in number
 *
 * @example
 * ```ts
 * import { rankingScores } from 'chineseblue/metrics';
 *
 * const scores = rankingScores([[2, 0, 1]], [[0.1, 0.9, 0.5]]);
 * scores.mrr; // 0.5
 * scores.pairAccuracy; // 0
 * scores.ndcg[10]; // 0.62
 * ```
 */
export function rankingScores(
  relevance: readonly (readonly number[])[],
  scores: readonly (readonly number[])[],
  { relevantFrom = 1, cutoffs = [1, 3, 5, 10], ties = 'expected', interval, groups }: RankingOptions = {},
): RankingScores {
  requireAligned(relevance, scores, groups);
  relevance.forEach((grades, i) => {
    requireAligned(grades, scores[i]);
  });
  const items = relevance.map(
    (grades, i): RankingItem => ({
      // A query's documents are identified by their position.
      input: { documents: grades.map((_, place) => ({ title: String(place) })) },
      gold: { relevance: grades },
      prediction: { scores: scores[i] },
    }),
  );
  const mean = (score: Parameters<typeof queryMean>[0]['score'], from?: number): Metric<RankingItem> =>
    queryMean({ score, relevantFrom: from, ties, noPositive: 'zero' });
  const metrics = {
    pairAccuracy: pairOrder('accuracy', ties),
    mrr: mean((ranked) => reciprocalRank(ranked, relevantFrom), relevantFrom),
    ...Object.fromEntries(
      cutoffs.map((cutoff) => [`ndcg@${cutoff}`, mean((ranked) => ndcg(ranked, cutoff))]),
    ),
  };
  const { joined, values } = sideBySide(metrics);
  const { figures, intervals } = figuresOf(countItems(items, joined, groups), values, interval);
  return {
    pairAccuracy: figures.pairAccuracy,
    mrr: figures.mrr,
    ndcg: Object.fromEntries(cutoffs.map((cutoff) => [cutoff, figures[`ndcg@${cutoff}`]])),
    intervals,
  };
}

/** Several metrics as one, with their counts concatenated, so that one resample serves all. */
function sideBySide(metrics: Readonly<Record<string, Metric<RankingItem>>>) {
  const parts = Object.entries(metrics);
  const begins: number[] = [];
  let width = 0;
  for (const [, metric] of parts) {
    begins.push(width);
    width += metric.width;
  }
  const joined: Pick<Metric<RankingItem>, 'width' | 'count'> = {
    width,
    count(unit, counts, offset) {
      // Each query is counted alone, even where several form one unit.
      for (const item of unit)
        for (const [i, [, metric]] of parts.entries()) metric.count([item], counts, offset + begins[i]);
    },
  };
  const values = Object.fromEntries(
    parts.map(([name, metric], i) => [
      name,
      {
        value: (sums: Float64Array): number =>
          metric.value(sums.subarray(begins[i], begins[i] + metric.width)),
      },
    ]),
  );
  return { joined, values };
}
