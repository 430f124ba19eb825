import * as z from 'zod';
import { type GroupedTarget, groupedHead } from '../../encoders/heads/sequence.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { createFinder } from '../shared/terms/finder.ts';
import { collectTerms } from '../shared/terms/knowledge.ts';
import { softmax } from './labels.ts';
import {
  argmax,
  damagedModel,
  definePlanner,
  hideTypes,
  type Plan,
  type PlanContext,
  type Question,
} from './plan.ts';

/** How judged candidates become a set: as many as the head counts, or those from a probability on. */
const decisionJson = z.union([z.literal('count'), z.number()]);
type Decision = z.infer<typeof decisionJson>;

const learntTerms = z.object({
  /** Every term that may be answered. */
  vocabulary: z.array(z.string()),
  /** The texts of train, with the numbers of their terms. */
  known: z.array(z.object({ text: z.string(), terms: z.array(z.int().min(0)) })),
  /** How many terms texts of train have, ascending. */
  counts: z.array(z.int().min(0)),
  /** Chosen on dev. */
  decision: decisionJson.optional(),
});
type LearntTerms = z.infer<typeof learntTerms>;

/** Candidates of a text where the parameter does not say. */
const CANDIDATES = 30;
/** Of the wrong candidates that are learnt from, the share that is nearest to the text; the others are spread evenly. */
const NEAREST = 0.5;
const DECISIONS: readonly Decision[] = ['count', 0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

/** The questions of the head: whether a text means a term, and how many terms it means. */
const RELEVANCE = 0;
const COUNT = 1;
const [NO, YES] = [0, 1];

/**
 * Standard terms: BM25 finds candidates, as the kind `terms` does, the encoder reads each together with the text, and the text
 * alone to count its terms.
 */
export const termsPlanner = definePlanner<'normalisation', LearntTerms>({
  schema: learntTerms,
  async learn(examples, { terminology }) {
    const { vocabulary, known } = await collectTerms(examples, terminology);
    const counts = [...new Set(known.map(({ terms }) => terms.length))].sort((a, b) => a - b);
    return {
      vocabulary: [...vocabulary],
      known: known.map(({ text, terms }) => ({ text, terms: [...terms] })),
      counts,
    };
  },
  async plan(learnt, context) {
    const { vocabulary, known, counts, decision = 'count' } = learnt;
    if (known.some(({ terms }) => terms.some((term) => term >= vocabulary.length)))
      throw damagedModel(['learnt', 'known']);
    const reader = await createReader(learnt, context);
    const { smoothing, documents } = context.parameters;
    const plan: Plan<'normalisation', GroupedTarget, Float32Array> = {
      head: groupedHead(context.config, [2, counts.length], { smoothing }),
      labels: ['no', 'yes', ...counts.map((count) => `terms:${count}`)],
      items: (examples) =>
        examples.flatMap((example) =>
          rowsOf(reader, example, counts, documents).map((row) => ({ rows: [row] })),
        ),
      ask: (input) => questionOf(reader, input, counts, decision),
      decodings: DECISIONS.map((one) => ({
        learnt: { ...learnt, decision: one },
        ask: (input) => questionOf(reader, input, counts, one),
      })),
      judgedByDecodings: true,
    };
    return hideTypes(plan);
  },
});

/** Finds the terms that a text is read with, and how it is read. */
interface Reader {
  candidates(input: Input<'normalisation'>): readonly string[];
  pair(text: string, term: string): Sequence;
  alone(text: string): Sequence;
}

async function createReader(
  { vocabulary, known }: LearntTerms,
  { tokenizer, parameters: { maxLength, candidates: most = CANDIDATES } }: PlanContext,
): Promise<Reader> {
  const finder = await createFinder(vocabulary, known, most);
  // inputs are asked about more than once, and finding takes longer than reading
  const found = new WeakMap<Input<'normalisation'>, readonly string[]>();
  return {
    candidates(input) {
      const terms = found.get(input) ?? finder.find(input.text).map(({ term }) => vocabulary[term]);
      found.set(input, terms);
      return terms;
    },
    pair: (text, term) => tokenizer.encodePair(text, term, maxLength),
    alone: (text) => tokenizer.encode(text, maxLength),
  };
}

/** What is learnt of one text: how many terms it has, its terms, and wrong candidates. */
function rowsOf(
  { candidates, pair, alone }: Reader,
  { input, gold }: Example<'normalisation'>,
  counts: readonly number[],
  most: number,
): { sequence: Sequence; target: GroupedTarget }[] {
  const right = [...new Set(gold.terms)];
  const others = candidates(input).filter((term) => !right.includes(term));
  const wrong = spread(others, Math.max(1, most - right.length));
  const judged = (term: string, label: number) => ({
    sequence: pair(input.text, term),
    target: { group: RELEVANCE, label },
  });
  return [
    { sequence: alone(input.text), target: { group: COUNT, label: counts.indexOf(right.length) } },
    ...right.map((term) => judged(term, YES)),
    ...wrong.map((term) => judged(term, NO)),
  ];
}

function questionOf(
  { candidates, pair, alone }: Reader,
  input: Input<'normalisation'>,
  counts: readonly number[],
  decision: Decision,
): Question<'normalisation', Float32Array> {
  const terms = candidates(input);
  return {
    sequences: [alone(input.text), ...terms.map((term) => pair(input.text, term))],
    decode([own, ...answers]) {
      const shares = answers.map((logits) => softmax(logits.subarray(0, 2))[YES]);
      const count = counts[argmax(own.subarray(2))];
      return { terms: chosen(terms, shares, decision, count) };
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
function chosen(terms: readonly string[], shares: readonly number[], how: Decision, count: number): string[] {
  const order = Array.from(terms.keys()).sort((a, b) => shares[b] - shares[a] || a - b);
  return order
    .filter((term, place) => (how === 'count' ? place < count : place === 0 || shares[term] >= how))
    .map((term) => terms[term]);
}
