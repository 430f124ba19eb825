import { counted } from '../../../ground/counted.ts';
import { comparisonForm } from '../../../text/normalise.ts';
import type { ComparedParts, ExampleOf, Fault, ReferenceAnswer } from '../family.ts';
import { type Line, readList, scoreFault } from '../shared/faults.ts';
import { WORST_SCORE } from '../shared/wrong.ts';
import type { RankingTypes } from './types.ts';

type Answer = RankingTypes['prediction'];

/** Reads `{"scores": […]}`, one finite number per document. */
export function parseScores(line: Line, { documents }: RankingTypes['input']): Answer | readonly Fault[] {
  const scores = readList<number>(line, 'scores', (value, field) => {
    const fault = scoreFault(value, field);
    return fault ? [fault] : (value as number);
  });
  const given = Array.isArray(line.scores) ? line.scores.length : documents.length;
  const wrongCount: Fault = {
    code: 'wrong-count',
    field: 'scores',
    message: {
      en: `"scores" has ${counted(given, 'number')}, but the query has ${counted(documents.length, 'document')}`,
      zh: `“scores”有 ${given} 个数，而该查询有 ${documents.length} 篇文档`,
    },
  };
  if ('faults' in scores) {
    return given === documents.length ? scores.faults : [wrongCount, ...scores.faults];
  }
  return given === documents.length ? { scores } : [wrongCount];
}

/** The reverse of the gold order. */
export function missingScores({ gold }: ExampleOf<RankingTypes>): Answer {
  const best = Math.max(1, ...gold.relevance);
  return { scores: gold.relevance.map((grade) => WORST_SCORE * (1 - (2 * grade) / best)) };
}

const round = (score: number): number => Number(score.toPrecision(3));

export const briefScores = (answer: RankingTypes['gold'] | Answer): string =>
  ('relevance' in answer ? answer.relevance : answer.scores.map(round)).join(' ');

/** All documents tied. */
export const tiedScores = (examples: readonly ExampleOf<RankingTypes>[]): Answer[] =>
  examples.map(({ input }) => ({ scores: input.documents.map(() => 0) }));

export const rankingReferences = (
  examples: readonly ExampleOf<RankingTypes>[],
): ReferenceAnswer<Answer>[] => [
  {
    answer: { en: 'an oracle: the grades themselves', zh: '理想模型：以相关等级为分数' },
    predictions: examples.map(({ gold }) => ({ scores: gold.relevance })),
  },
  {
    answer: { en: 'a constant: all documents tied', zh: '常数：所有文档同分' },
    predictions: tiedScores(examples),
  },
];

/** Documents of one query in any order are the same input: they are compared in the order of their titles. */
export function comparedDocuments({ input, gold }: ExampleOf<RankingTypes>): ComparedParts {
  const forms = input.documents.map(({ title }) => comparisonForm(title));
  const order = forms.map((_, i) => i).sort((i, j) => (forms[i] < forms[j] ? -1 : 1));
  return {
    texts: [input.query, ...order.map((i) => input.documents[i].title)],
    gold: order.map((i) => gold.relevance[i]).join(),
  };
}
