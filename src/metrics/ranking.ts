import type { Metric } from './metric.ts';
import { ratio } from './metric.ts';

/** One record: documents of a query, a grade and a score each. */
export interface RankingItem {
  readonly input: { readonly documents: readonly { readonly title: string; readonly url?: string }[] };
  readonly gold: { readonly relevance: readonly number[] };
  readonly prediction: { readonly scores: readonly number[] };
}

/**
 * How ties are resolved: `expected` is the mean over all orders of the tied documents; `trec` is one order, the document given
 * later first, which is what trec_eval does with document numbers in the order given.
 */
export type Ties = 'expected' | 'trec';

/** A query without a relevant document counts as zero, as in trec_eval, or is skipped. */
export type NoPositive = 'zero' | 'skip';

const [RIGHT, WRONG, TIED, PAIRLESS] = [0, 1, 2, 3];

/**
 * Share of document pairs in the right order, over all pairs of one record whose grades differ. A tied pair is half
 * right under `expected`. With `odds`, the value is right ÷ wrong instead (PAIR of the ChineseBLUE paper): Infinity
 * where no pair is wrong. NaN where there is no pair.
 */
export function pairOrder(form: 'accuracy' | 'odds', ties: Ties = 'expected'): Metric<RankingItem> {
  return {
    width: 4,
    count(unit, counts, offset) {
      for (const { gold, prediction } of unit) {
        const grades = gold.relevance;
        const scores = prediction.scores;
        let pairs = 0;
        for (let i = 0; i < grades.length; i++) {
          for (let j = 0; j < i; j++) {
            if (grades[i] === grades[j]) continue;
            pairs++;
            const later = scores[i] === scores[j] ? ties === 'trec' : scores[i] > scores[j];
            if (scores[i] === scores[j] && ties === 'expected') counts[offset + TIED]++;
            else counts[offset + (later === grades[i] > grades[j] ? RIGHT : WRONG)]++;
          }
        }
        if (pairs === 0) counts[offset + PAIRLESS]++;
      }
    },
    value(counts) {
      const right = counts[RIGHT] + counts[TIED] / 2;
      const wrong = counts[WRONG] + counts[TIED] / 2;
      if (form === 'accuracy') return ratio(right, right + wrong);
      return right + wrong === 0 ? Number.NaN : right / wrong;
    },
    details(counts) {
      const right = counts[RIGHT] + counts[TIED] / 2;
      const wrong = counts[WRONG] + counts[TIED] / 2;
      return {
        accuracy: ratio(right, right + wrong),
        pair: right + wrong === 0 ? Number.NaN : right / wrong,
        pairs: right + wrong,
        right: counts[RIGHT],
        wrong: counts[WRONG],
        tied: counts[TIED],
        recordsWithoutPair: counts[PAIRLESS],
      };
    },
  };
}

/** Documents of one query: grades and scores, best score first, with where groups of equal scores end. */
export interface Ranked {
  readonly grades: readonly number[];
  /** Exclusive ends of the groups of tied documents; under `trec` every document is a group. */
  readonly ends: readonly number[];
}

/**
 * Pools the records of one query and ranks their documents. Documents with equal title and address are one:
 * its grade is the highest that it was given, its score the mean of its scores.
 */
export function rank(unit: readonly RankingItem[], ties: Ties): Ranked {
  const pool = new Map<string, { grade: number; sum: number; times: number; place: number }>();
  for (const { input, gold, prediction } of unit) {
    for (let i = 0; i < gold.relevance.length; i++) {
      const { title, url } = input.documents[i];
      const key = `${url ?? ''}\n${title}`;
      const known = pool.get(key);
      if (known) {
        known.grade = Math.max(known.grade, gold.relevance[i]);
        known.sum += prediction.scores[i];
        known.times++;
      } else
        pool.set(key, { grade: gold.relevance[i], sum: prediction.scores[i], times: 1, place: pool.size });
    }
  }
  const documents = [...pool.values()].map(({ grade, sum, times, place }) => ({
    grade,
    score: sum / times,
    place,
  }));
  documents.sort((a, b) => b.score - a.score || b.place - a.place);
  const ends: number[] = [];
  for (let i = 1; i <= documents.length; i++) {
    if (i === documents.length || ties === 'trec' || documents[i].score !== documents[i - 1].score)
      ends.push(i);
  }
  return { grades: documents.map(({ grade }) => grade), ends };
}

/**
 * Expected reciprocal rank of the first document with a grade of at least `relevantFrom`: 0 where there is none among the
 * first `cutoff`.
 * In a tied group of g documents, k of them relevant, the first relevant one is the j-th with probability
 * C(g−j, k−1) / C(g, k).
 */
export function reciprocalRank(
  { grades, ends }: Ranked,
  relevantFrom: number,
  cutoff = Number.POSITIVE_INFINITY,
): number {
  let start = 0;
  for (const end of ends) {
    let relevant = 0;
    for (let i = start; i < end; i++) if (grades[i] >= relevantFrom) relevant++;
    if (relevant > 0) {
      let expected = 0;
      let notYet = 1;
      for (let j = 0; start + j < Math.min(end, cutoff) && notYet > 0; j++) {
        const here = relevant / (end - start - j);
        expected += (notYet * here) / (start + j + 1);
        notYet *= 1 - here;
      }
      return expected;
    }
    start = end;
  }
  return 0;
}

/**
 * Expected nDCG at `cutoff`: gain is the grade itself (linear, as trec_eval), discount 1/log2(1 + rank); tied
 * documents share the mean gain of their group (McSherry and Najork 2008). 0 where no grade is positive.
 */
export function ndcg({ grades, ends }: Ranked, cutoff: number): number {
  let gained = 0;
  let start = 0;
  for (const end of ends) {
    if (start >= cutoff) break;
    let gain = 0;
    let discount = 0;
    for (let i = start; i < end; i++) {
      gain += Math.max(grades[i], 0);
      if (i < cutoff) discount += 1 / Math.log2(i + 2);
    }
    gained += (gain / (end - start)) * discount;
    start = end;
  }
  let ideal = 0;
  const best = [...grades].sort((a, b) => b - a);
  for (let i = 0; i < best.length && i < cutoff; i++) ideal += Math.max(best[i], 0) / Math.log2(i + 2);
  return ideal === 0 ? 0 : gained / ideal;
}

export interface QueryMean {
  readonly score: (ranked: Ranked) => number;
  /** Lowest grade that counts as positive. Absent: any grade above 0. */
  readonly relevantFrom?: number;
  readonly ties: Ties;
  readonly noPositive: NoPositive;
}

/** Mean over queries of a score between 0 and 1; a unit is all records of one query. */
export function queryMean({ score, relevantFrom, ties, noPositive }: QueryMean): Metric<RankingItem> {
  return {
    width: 3,
    count(unit, counts, offset) {
      const ranked = rank(unit, ties);
      if (ranked.grades.some((grade) => (relevantFrom === undefined ? grade > 0 : grade >= relevantFrom))) {
        counts[offset] += score(ranked);
        counts[offset + 1]++;
      } else counts[offset + 2]++;
    },
    value: (counts) => ratio(counts[0], counts[1] + (noPositive === 'zero' ? counts[2] : 0)),
    details: (counts) => ({
      queriesWithPositive: counts[1],
      queriesWithoutPositive: counts[2],
      relevantFrom: relevantFrom ?? 'above 0',
      ties,
      noPositive,
    }),
  };
}
