import * as z from 'zod';
import { type GroupedTarget, groupedHead } from '../../encoders/heads/sequence.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { FEATURES } from '../shared/terms/features.ts';
import { createFinder } from '../shared/terms/finder.ts';
import { createJudge, type JudgedTerm, learnWeights } from '../shared/terms/judge.ts';
import { collectTerms } from '../shared/terms/knowledge.ts';
import {
  argmax,
  damagedModel,
  definePlanner,
  hideTypes,
  type Plan,
  type PlanContext,
  type Question,
} from './plan.ts';

/** How classified candidates become a set: as many as the head counts, or all from a threshold on. */
const decisionJson = z.union([z.literal('count'), z.number()]);
type Decision = z.infer<typeof decisionJson>;

const learntTerms = z.object({
  /** Every term that may be answered. */
  vocabulary: z.array(z.string()),
  /** The texts of train, with the numbers of their terms. */
  known: z.array(z.object({ text: z.string(), terms: z.array(z.int().min(0)) })),
  /** How many terms texts of train have, ascending. */
  counts: z.array(z.int().min(0)),
  /** Of the regression that scores candidates in addition to the encoder, intercept last. */
  weights: z.array(z.number()).length(FEATURES.length + 1),
  /** Chosen on dev. */
  decision: decisionJson.optional(),
  /** Chosen on dev: factor on the log odds of the regression, which are added to those of the encoder. */
  share: z.number().min(0).optional(),
});
type LearntTerms = z.infer<typeof learntTerms>;

/** Default number of candidates per text. */
const CANDIDATES = 30;
/** Share of the negative training candidates that are nearest to the text; the others are spread evenly. */
const NEAREST = 0.5;
const DECISIONS: readonly Decision[] = ['count', 0.5, 0.3, 0.7, 0.1, 0.9];
/** Without dev, the first is used. */
const SHARES = [1, 0.5, 0.25, 0, 2, 4];
/** Inverse strength of the penalty of the regression. */
const PENALTY = 1;

/** The questions of the head: whether a text means a term, and how many terms it means. */
const RELEVANCE = 0;
const COUNT = 1;
const [NO, YES] = [0, 1];

/**
 * Standard terms: BM25 finds candidates and a regression judges them, as the kind `terms` does; the encoder reads each together
 * with the text, and the text alone to count its terms.
 */
export const termsPlanner = definePlanner<'normalisation', LearntTerms>({
  schema: learntTerms,
  async learn(examples, { terminology, candidates = CANDIDATES }) {
    const { vocabulary, known } = await collectTerms(examples, terminology);
    const finder = await createFinder(vocabulary, known, candidates);
    const weights = await learnWeights({ vocabulary, known }, finder, PENALTY);
    const counts = [...new Set(known.map(({ terms }) => terms.length))].sort((a, b) => a - b);
    return {
      vocabulary: [...vocabulary],
      known: known.map(({ text, terms }) => ({ text, terms: [...terms] })),
      counts,
      weights: [...weights],
    };
  },
  async plan(learnt, context) {
    const { vocabulary, known, decision = DECISIONS[0], share = SHARES[0] } = learnt;
    if (known.some(({ terms }) => terms.some((term) => term >= vocabulary.length)))
      throw damagedModel(['learnt', 'known']);
    const reader = await createReader(learnt, context);
    const { smoothing, documents } = context.parameters;
    const plan: Plan<'normalisation', GroupedTarget, Float32Array> = {
      head: groupedHead(context.config, [2, learnt.counts.length], { smoothing }),
      labels: ['no', 'yes', ...learnt.counts.map((count) => `terms:${count}`)],
      items: (examples) =>
        examples.flatMap((example) =>
          rowsOf(reader, example, learnt.counts, documents).map((row) => ({ rows: [row] })),
        ),
      ask: (input) => questionOf(reader, input, { ...learnt, decision, share }),
      decodings: DECISIONS.flatMap((one) =>
        SHARES.map((own) => {
          const chosen = { ...learnt, decision: one, share: own };
          return { learnt: chosen, ask: (input) => questionOf(reader, input, chosen) };
        }),
      ),
      judgedByDecodings: true,
    };
    return hideTypes(plan);
  },
});

/** Finds the terms that a text is read with, and how it is read. */
interface Reader {
  /** The likeliest first, as the regression judges them. */
  candidates(input: Input<'normalisation'>): readonly JudgedTerm[];
  pair(text: string, term: string): Sequence;
  alone(text: string): Sequence;
}

async function createReader(
  { vocabulary, known, weights }: LearntTerms,
  { tokenizer, parameters: { maxLength, candidates: most = CANDIDATES } }: PlanContext,
): Promise<Reader> {
  const finder = await createFinder(vocabulary, known, most);
  const judge = createJudge({ vocabulary, known, weights }, finder);
  // inputs are processed more than once, and retrieval takes longer than encoding
  const found = new WeakMap<Input<'normalisation'>, readonly JudgedTerm[]>();
  return {
    candidates(input) {
      const terms = found.get(input) ?? judge(input.text);
      found.set(input, terms);
      return terms;
    },
    pair: (text, term) => tokenizer.encodePair(text, term, maxLength),
    alone: (text) => tokenizer.encode(text, maxLength),
  };
}

/** Training targets of one text: its number of terms, its terms, and negative candidates. */
function rowsOf(
  { candidates, pair, alone }: Reader,
  { input, gold }: Example<'normalisation'>,
  counts: readonly number[],
  most: number,
): { sequence: Sequence; target: GroupedTarget }[] {
  const right = [...new Set(gold.terms)];
  const others = candidates(input).filter(({ term }) => !right.includes(term));
  const wrong = spread(others, Math.max(1, most - right.length));
  const judged = (term: string, label: number) => ({
    sequence: pair(input.text, term),
    target: { group: RELEVANCE, label },
  });
  return [
    { sequence: alone(input.text), target: { group: COUNT, label: counts.indexOf(right.length) } },
    ...right.map((term) => judged(term, YES)),
    ...wrong.map(({ term }) => judged(term, NO)),
  ];
}

/** Candidates by the log odds of encoder and regression together. */
function questionOf(
  { candidates, pair, alone }: Reader,
  input: Input<'normalisation'>,
  {
    counts,
    decision,
    share,
  }: Pick<LearntTerms, 'counts'> & Required<Pick<LearntTerms, 'decision' | 'share'>>,
): Question<'normalisation', Float32Array> {
  const terms = candidates(input);
  return {
    sequences: [alone(input.text), ...terms.map(({ term }) => pair(input.text, term))],
    decode([own, ...answers]) {
      const judged = answers.map((logits, i) => {
        const logOdds = logits[YES] - logits[NO] + share * terms[i].logOdds;
        return { term: terms[i].term, probability: 1 / (1 + Math.exp(-logOdds)) };
      });
      return { terms: chosen(judged, decision, counts[argmax(own.subarray(2))]) };
    },
  };
}

/** At most `most` of a list: the first half of them from its beginning, the others spread evenly over the rest. */
function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const near = Math.ceil(NEAREST * most);
  const step = (list.length - near) / (most - near);
  return [
    ...list.slice(0, near),
    ...Array.from({ length: most - near }, (_, i) => list[near + Math.floor(i * step)]),
  ];
}

/** The likeliest terms, of equally likely ones those that were found first; by a threshold, one at least. */
function chosen(
  judged: readonly Pick<JudgedTerm, 'term' | 'probability'>[],
  how: Decision,
  count: number,
): string[] {
  return judged
    .toSorted((a, b) => b.probability - a.probability)
    .filter(({ probability }, place) => (how === 'count' ? place < count : place === 0 || probability >= how))
    .map(({ term }) => term);
}
