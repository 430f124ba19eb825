import type { Shape } from '../shape.ts';

/** The constant of reciprocal rank fusion (Cormack et al. 2009). */
const RANK_CONSTANT = 60;

const centred = (scores: readonly number[]): number[] => {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return scores.map((score) => score - mean);
};

/** The deviation of scores from the means of their lists; 0 where all are equal. */
function deviationOf(lists: readonly (readonly number[])[]): number {
  let [squares, count] = [0, 0];
  for (const list of lists) {
    squares += centred(list).reduce((sum, score) => sum + score * score, 0);
    count += list.length;
  }
  return count > 0 ? Math.sqrt(squares / count) : 0;
}

/**
 * Scores less their mean in the list, by the deviation that the member has on dev, so that a list in which it sees little
 * difference counts little; without dev by that of the list.
 */
function standardised(scores: readonly number[], scale = deviationOf([scores])): number[] {
  return centred(scores).map((score) => (scale > 0 ? score / scale : 0));
}

/** `1 / (60 + rank)`; documents of equal scores share the mean of their ranks. */
function reciprocalRanks(scores: readonly number[]): number[] {
  return scores.map((score) => {
    const better = scores.filter((other) => other > score).length;
    const equal = scores.filter((other) => other === score).length;
    return 1 / (RANK_CONSTANT + better + (equal + 1) / 2);
  });
}

/** Scores of documents: standardised in their list and averaged, or fused by their ranks. */
export const rankingShape: Shape<'ranking'> = {
  rule: 'order',
  scored: () => true,
  exclusive: () => [false],
  threshold: () => false,
  scale: (predictions) => deviationOf(predictions.map(({ scores }) => scores)),
  propose({ documents }, said, { decisions, scales }) {
    const columns = said.map((prediction, member) => {
      if (!prediction) return undefined;
      const { scores } = prediction;
      return decisions ? reciprocalRanks(scores) : standardised(scores, scales?.[member]);
    });
    return {
      classes: documents.map(() => ''),
      values: Float64Array.from(documents.flatMap((_, i) => columns.map((column) => column?.[i] ?? 0))),
      right: ({ relevance }) => Float64Array.from(relevance),
      decide: (scores) => ({ scores: Array.from(scores) }),
    };
  },
};
