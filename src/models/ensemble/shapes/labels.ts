import type { Gold, Input, Prediction } from '../../../tasks/examples.ts';
import type { LabelPrediction } from '../../../tasks/families/shared/types.ts';
import { type Candidates, type Conventions, collect, type MemberAnswers, type Shape } from '../shape.ts';

type LabelFamily = 'similarity' | 'inference' | 'classification';

/** How far the sum of scores may be from 1 for them to count as probabilities. */
const SUM_TOLERANCE = 1e-3;

/** Scores as probabilities: unchanged if they are probabilities, else their softmax. */
export function asProbabilities(scores: Readonly<Record<string, number>>): Map<string, number> {
  const entries = Object.entries(scores);
  const sum = entries.reduce((total, [, score]) => total + score, 0);
  if (entries.every(([, score]) => score >= 0) && Math.abs(sum - 1) < SUM_TOLERANCE) return new Map(entries);
  const top = Math.max(...entries.map(([, score]) => score));
  const powers = entries.map(([label, score]) => [label, Math.exp(score - top)] as const);
  const total = powers.reduce((all, [, power]) => all + power, 0);
  return new Map(powers.map(([label, power]) => [label, power / total]));
}

function weigh({ label, scores }: LabelPrediction, decisions: boolean): { item: string; value: number }[] {
  if (decisions || scores === undefined) return [{ item: label, value: 1 }];
  return Array.from(asProbabilities(scores), ([item, value]) => ({ item, value }));
}

/** One label: the one with the highest score, or the positive one from a threshold on. */
function propose(
  said: MemberAnswers<LabelFamily>,
  { decisions, positive }: Conventions,
): Pick<Candidates<LabelFamily>, 'classes' | 'values'> & { readonly positiveAt: number } {
  const given = said.map((prediction) => (prediction ? weigh(prediction, decisions) : []));
  const { items, values } = collect(said.length, given, (label) => label);
  return { classes: items, values, positiveAt: positive === undefined ? -1 : items.indexOf(positive) };
}

const best = (scores: Float64Array, except = -1): number => {
  let found = -1;
  for (let i = 0; i < scores.length; i++)
    if (i !== except && (found < 0 || scores[i] > scores[found])) found = i;
  return found;
};

export const labelShape = <F extends LabelFamily>(): Shape<F> => ({
  rule: 'best',
  scored: ({ scores }: LabelPrediction) => scores !== undefined && Object.keys(scores).length > 0,
  exclusive: () => [true],
  threshold: ({ positive, labels }) => positive !== undefined && labels.length === 2,
  propose(_input: Input<F>, said: MemberAnswers<F>, conventions) {
    const { classes, values, positiveAt } = propose(said, conventions);
    return {
      ...{ classes, values },
      right: ({ label }: Gold<LabelFamily>) => Float64Array.from(classes, (one) => Number(one === label)),
      decide(scores, threshold): Prediction<LabelFamily> {
        const wins = positiveAt >= 0 && (scores[positiveAt] >= threshold || classes.length === 1);
        const at = positiveAt < 0 ? best(scores) : wins ? positiveAt : best(scores, positiveAt);
        return { label: classes[at], scores: Object.fromEntries(classes.map((one, i) => [one, scores[i]])) };
      },
    };
  },
});

/** Any set of labels: those from a threshold on. */
export const multilabelShape: Shape<'multilabel'> = {
  rule: 'set',
  scored: ({ scores }) =>
    scores !== undefined && Object.values(scores).every((score) => score >= 0 && score <= 1),
  exclusive: () => [false],
  threshold: () => true,
  propose(_input, said, { decisions }) {
    const given = said.map((prediction) => {
      if (!prediction) return [];
      const { labels, scores } = prediction;
      return decisions || scores === undefined
        ? labels.map((item) => ({ item, value: 1 }))
        : Object.entries(scores).map(([item, value]) => ({ item, value }));
    });
    const { items, values } = collect(said.length, given, (label) => label);
    return {
      ...{ classes: items, values },
      right: ({ labels }) => Float64Array.from(items, (label) => Number(labels.includes(label))),
      decide: (scores, threshold) => ({
        labels: items.filter((_, i) => scores[i] >= threshold).sort(),
        scores: Object.fromEntries(items.map((label, i) => [label, scores[i]])),
      }),
    };
  },
};
