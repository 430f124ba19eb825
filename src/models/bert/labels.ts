import * as z from 'zod';
import { multilabelHead, sequenceHead } from '../../encoders/heads/sequence.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Encoding, Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { UserError } from '../../ground/errors.ts';
import type { FamilyId, Gold, Input, Prediction } from '../../tasks/examples.ts';
import type { LabelPrediction } from '../../tasks/families/shared/types.ts';
import type { BertParameters } from './parameters.ts';
import {
  argmax,
  definePlanner,
  type FamilyPlan,
  hideTypes,
  type Plan,
  type PlanContext,
  type Planner,
} from './plan.ts';

type LabelFamily = 'similarity' | 'inference' | 'classification';

export const learntLabels = z.object({
  /** Sorted; the number of a label is its place here. */
  labels: z.array(z.string()),
  /** Weight of each label in the loss. */
  weights: z.array(z.number()).optional(),
  /** Share of each label in train; of logit adjustment only. */
  shares: z.array(z.number()).optional(),
  /** Multiple of the log share that is subtracted from the logit; chosen on dev. */
  adjustment: z.number().optional(),
});
export type LearntLabels = z.infer<typeof learntLabels>;

/** Probability from which a label belongs to the set. */
const HALF = 0.5;

/**
 * Multiples of the log share that are tried on dev (Menon et al. 2021: 0 is for accuracy, 1 for the balanced error; below 0
 * frequent labels are preferred).
 */
const ADJUSTMENTS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, -0.25, -0.5];
/** Without dev: every class counts the same. */
const BALANCED = 1;

/**
 * Labels of the examples; on request, their shares, and weights by the inverse square root of how often they occur, 1
 * on average.
 */
export function learnLabels(
  list: readonly string[],
  { classWeights, logitAdjustment }: Pick<BertParameters, 'classWeights' | 'logitAdjustment'>,
): LearntLabels {
  const counts = new Map<string, number>();
  for (const label of list) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].sort();
  const shares = logitAdjustment ? labels.map((label) => counts.get(label)! / list.length) : undefined;
  if (!classWeights) return { labels, ...(shares && { shares }) };
  const raw = labels.map((label) => 1 / Math.sqrt(counts.get(label)!));
  const mean = raw.reduce((sum, weight, i) => sum + weight * counts.get(labels[i])!, 0) / list.length;
  return { labels, weights: raw.map((weight) => weight / mean), ...(shares && { shares }) };
}

/** A text or a pair of texts as BERT reads it. */
export const encodeTexts = (tokenizer: Tokenizer, input: Input<LabelFamily>, maxLength: number): Encoding =>
  'text' in input
    ? tokenizer.encode(input.text, maxLength)
    : tokenizer.encodePair(input.textA, input.textB, maxLength);

/** Logits less a multiple of the log share of their class. */
const adjust = (logits: Float32Array, shares: readonly number[], multiple: number): Float32Array =>
  logits.map((logit, i) => logit - multiple * Math.log(shares[i]));

function softmax(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** One label of several, for a text or a pair. */
export const labelPlanner = <F extends LabelFamily>(): Planner<F> =>
  definePlanner<F, LearntLabels>({
    schema: learntLabels,
    learn: (examples, parameters) =>
      learnLabels(
        examples.map(({ gold }) => gold.label),
        parameters,
      ),
    plan: (learnt, context) => planLabels<F>(learnt, context),
  });

/** Both texts read together, one label. */
export const planLabels = <F extends LabelFamily>(
  learnt: LearntLabels,
  context: PlanContext,
): FamilyPlan<F> =>
  planLabelled<F>(learnt, context, {
    sequences: (input) => [encodeTexts(context.tokenizer, input, context.parameters.maxLength)],
    labels: ({ label }) => [label],
    prediction: ([answer]): LabelPrediction => answer,
  });

/** How an input has one label for each of its sequences. */
interface Labelled<F extends FamilyId> {
  sequences(input: Input<F>): readonly Sequence[];
  labels(gold: Gold<F>): readonly string[];
  prediction(answers: readonly LabelPrediction[]): Prediction<F>;
}

/** The plan of a family that has one label for each sequence. */
export function planLabelled<F extends FamilyId>(
  learnt: LearntLabels,
  { config, parameters: { smoothing } }: PlanContext,
  family: Labelled<F>,
): FamilyPlan<F> {
  const { labels, weights, shares, adjustment = BALANCED } = learnt;
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const askFrom =
    (multiple: number): Plan<F, number, Float32Array>['ask'] =>
    (input) => ({
      sequences: family.sequences(input),
      decode: (answers) =>
        family.prediction(
          answers.map((logits) => {
            const probabilities = softmax(shares ? adjust(logits, shares, multiple) : logits);
            return {
              label: labels[argmax(probabilities)],
              scores: Object.fromEntries(labels.map((label, i) => [label, probabilities[i]])),
            };
          }),
        ),
    });
  const plan: Plan<F, number, Float32Array> = {
    head: sequenceHead(config, labels.length, { smoothing, weights }),
    labels,
    items: (examples) =>
      examples.flatMap(({ input, gold }) => {
        const own = family.labels(gold);
        return family
          .sequences(input)
          .map((sequence, i) => ({ rows: [{ sequence, target: numberOf(numbers, own[i]) }] }));
      }),
    ask: askFrom(adjustment),
    ...(shares && {
      decodings: ADJUSTMENTS.map((multiple) => ({
        learnt: { ...learnt, adjustment: multiple },
        ask: askFrom(multiple),
      })),
      judgedByDecodings: true,
    }),
  };
  return hideTypes(plan);
}

/** Any set of labels, for a text: those with a probability of at least a half. */
export const multilabelPlanner = definePlanner<'multilabel', LearntLabels>({
  schema: learntLabels,
  learn: (examples, parameters) =>
    learnLabels(
      examples.flatMap(({ gold }) => gold.labels),
      parameters,
    ),
  plan({ labels, weights }, { tokenizer, config, parameters: { maxLength } }) {
    const numbers = new Map(labels.map((label, i) => [label, i]));
    const plan: Plan<'multilabel', readonly number[], Float32Array> = {
      head: multilabelHead(config, labels.length, { weights }),
      labels,
      items: (examples) =>
        examples.map(({ input, gold }) => ({
          rows: [
            {
              sequence: tokenizer.encode(input.text, maxLength),
              target: gold.labels.map((label) => numberOf(numbers, label)),
            },
          ],
        })),
      ask: (input) => ({
        sequences: [tokenizer.encode(input.text, maxLength)],
        decode([logits]): Prediction<'multilabel'> {
          const shares = Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
          return {
            labels: labels.filter((_, i) => shares[i] >= HALF),
            scores: Object.fromEntries(labels.map((label, i) => [label, shares[i]])),
          };
        },
      }),
    };
    return hideTypes(plan);
  },
});

function numberOf(numbers: ReadonlyMap<string, number>, label: string): number {
  const number = numbers.get(label);
  if (number === undefined)
    throw new UserError(
      'unknown-label',
      { en: `The model was not trained on the label ${label}`, zh: `模型的训练数据中没有标签 ${label}` },
      { field: 'label' },
    );
  return number;
}
