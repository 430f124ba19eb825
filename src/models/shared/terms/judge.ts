import { createYielder } from '../../../ground/yielder.ts';
import { createRowsBuilder } from '../features/rows.ts';
import { fitLogistic } from '../logistic/logistic.ts';
import { FEATURES, featuresOf } from './features.ts';
import type { TermFinder } from './finder.ts';
import type { TermKnowledge } from './knowledge.ts';

/** Candidates per text used for training besides its gold terms: the top retrieved ones. */
const NEGATIVES = 12;

/** How often known texts have each term. */
function frequenciesOf({ vocabulary, known }: TermKnowledge): Float64Array {
  const counts = new Float64Array(vocabulary.length);
  for (const { terms } of known) for (const term of terms) counts[term]++;
  return counts;
}

/** Logistic regression on candidates of train, each text found as if it were not known itself. */
export async function learnWeights(
  knowledge: TermKnowledge,
  finder: TermFinder,
  c: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { vocabulary, known } = knowledge;
  const frequencies = frequenciesOf(knowledge);
  const yieldNow = createYielder(signal);
  const builder = createRowsBuilder();
  const targets: number[] = [];
  for (const [i, { text, terms }] of known.entries()) {
    await yieldNow();
    let negatives = 0;
    for (const candidate of finder.find(text, i)) {
      const { term } = candidate;
      const isRight = terms.includes(term);
      if (!isRight && ++negatives > NEGATIVES) continue;
      const others = frequencies[term] - (isRight ? 1 : 0);
      for (const [column, value] of featuresOf(text, vocabulary[term], others, candidate).entries())
        if (value !== 0) builder.add(column, value);
      builder.endRow();
      targets.push(isRight ? 1 : 0);
    }
  }
  const weights = new Float64Array(FEATURES.length + 1);
  if (new Set(targets).size < 2) {
    weights[0] = 1;
    return weights;
  }
  const rows = builder.finish(FEATURES.length);
  const problem = {
    rows,
    outputs: 1,
    link: 'sigmoid',
    targets: Float64Array.from(targets),
    c,
    signal,
  } as const;
  const { model } = await fitLogistic(problem);
  weights.set(model.weights);
  weights[FEATURES.length] = model.intercepts[0];
  return weights;
}

/** A term for a text, as the regression judges it. */
export interface JudgedTerm {
  readonly term: string;
  readonly probability: number;
  /** The logarithm of its odds. */
  readonly logOdds: number;
}

/** The candidates of a text, likeliest first, of equal ones in the order of the vocabulary. */
export function createJudge(
  knowledge: TermKnowledge & { readonly weights: ArrayLike<number> },
  finder: TermFinder,
): (text: string) => JudgedTerm[] {
  const { vocabulary, weights } = knowledge;
  const frequencies = frequenciesOf(knowledge);
  return (text) =>
    finder
      .find(text)
      .map((candidate) => {
        let sum = weights[FEATURES.length];
        const features = featuresOf(text, vocabulary[candidate.term], frequencies[candidate.term], candidate);
        for (const [column, value] of features.entries()) sum += value * weights[column];
        return { ...candidate, logOdds: sum, probability: 1 / (1 + Math.exp(-sum)) };
      })
      .sort((a, b) => b.probability - a.probability || a.term - b.term)
      .map(({ term, probability, logOdds }) => ({ term: vocabulary[term], probability, logOdds }));
}
