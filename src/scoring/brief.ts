import type { FamilyId, Gold, Input, Prediction } from '../tasks/examples.ts';

type Answer<F extends FamilyId> = Gold<F> | Prediction<F>;

/** How gold and answers of a family read in one line. */
const BRIEF: { readonly [F in FamilyId]: (answer: Answer<F>, input: Input<F>) => string } = {
  ner: ({ entities }, { text }) =>
    list(entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`)),
  similarity: ({ label }) => label,
  inference: ({ label }) => label,
  classification: ({ label }) => label,
  multilabel: ({ labels }) => list(labels),
  ranking: (answer) => ('relevance' in answer ? answer.relevance : answer.scores.map(round)).join(' '),
  relation: ({ triples }) =>
    list(triples.map(({ subject, predicate, object }) => `${subject} –${predicate}→ ${object}`)),
  dialogue: ({ symptoms }) => list(symptoms.map(({ name, status }) => `${name}=${status}`)),
};

const list = (parts: readonly string[]): string => (parts.length === 0 ? '∅' : parts.join('、'));
const round = (score: number): number => Number(score.toPrecision(3));

/** Gold or a prediction in one line, `∅` where it is empty, `–` where there is no answer. */
export function brief<F extends FamilyId>(family: F, answer: Answer<F> | undefined, input: Input<F>): string {
  return answer === undefined ? '–' : BRIEF[family](answer, input);
}
