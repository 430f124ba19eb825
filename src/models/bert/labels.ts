import * as z from 'zod';
import { multilabelHead, sequenceHead } from '../../encoders/heads/sequence.ts';
import type { Encoding, Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { UserError } from '../../ground/errors.ts';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { LabelPrediction } from '../../tasks/families/shared/types.ts';
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
});
type LearntLabels = z.infer<typeof learntLabels>;

/** Probability from which a label belongs to the set. */
const HALF = 0.5;

/** Labels of the examples, and weights by the inverse square root of how often they occur, 1 on average. */
export function learnLabels(list: readonly string[], weighted: boolean): LearntLabels {
  const counts = new Map<string, number>();
  for (const label of list) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].sort();
  if (!weighted) return { labels };
  const raw = labels.map((label) => 1 / Math.sqrt(counts.get(label)!));
  const mean = raw.reduce((sum, weight, i) => sum + weight * counts.get(labels[i])!, 0) / list.length;
  return { labels, weights: raw.map((weight) => weight / mean) };
}

/** A text or a pair of texts as BERT reads it. */
export const encodeTexts = (tokenizer: Tokenizer, input: Input<LabelFamily>, maxLength: number): Encoding =>
  'text' in input
    ? tokenizer.encode(input.text, maxLength)
    : tokenizer.encodePair(input.textA, input.textB, maxLength);

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
        parameters.classWeights,
      ),
    plan: (learnt, context) => planLabels<F>(learnt, context),
  });

/** Both texts read together, one label. */
export function planLabels<F extends LabelFamily>(
  { labels, weights }: LearntLabels,
  { tokenizer, config, parameters: { smoothing, maxLength } }: PlanContext,
): FamilyPlan<F> {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const plan: Plan<F, number, Float32Array> = {
    head: sequenceHead(config, labels.length, { smoothing, weights }),
    labels,
    items: (examples) =>
      examples.map(({ input, gold }) => ({
        rows: [{ sequence: encodeTexts(tokenizer, input, maxLength), target: numberOf(numbers, gold.label) }],
      })),
    ask: (input) => ({
      sequences: [encodeTexts(tokenizer, input, maxLength)],
      decode([logits]): LabelPrediction {
        const shares = softmax(logits);
        return {
          label: labels[argmax(shares)],
          scores: Object.fromEntries(labels.map((label, i) => [label, shares[i]])),
        };
      },
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
      parameters.classWeights,
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
      { en: `The label ${label} was not learnt`, zh: `模型未学习标签 ${label}` },
      { field: 'label' },
    );
  return number;
}
