import {
  add,
  div,
  gather,
  gatherElements,
  input,
  linear,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  type Tensors,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig, Shapes } from '../../encoders/architectures/architecture.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import type { HeadContext, Loss, Outputs } from '../../encoders/heads/head.ts';
import type { PretrainingBatch } from '../masks/batch.ts';

/** Parameters of both pretraining heads, without the encoder, by Hugging Face name, including the pooler's. */
export function pretrainingParameters(config: EncoderConfig): Shapes {
  const { masked, nextSentence } = architectureOf(config).heads;
  return new Map([...masked.parameters(config), ...(nextSentence?.parameters(config) ?? [])]);
}

/** Whether only next-sentence prediction trains a parameter. */
export function isNextSentence(config: EncoderConfig, name: string): boolean {
  return architectureOf(config).heads.nextSentence?.parameters(config).has(name) ?? false;
}

/**
 * Scores of every token of the vocabulary, `[n, vocabulary]`, at `positions` only (int64 `[n]`, rows of all hidden states
 * `[batch × length, hidden]`). The decoder's weights are the word embeddings (Devlin et al. 2019), or the parameter
 * `decoder`.
 */
export function maskedLogits(
  config: EncoderConfig,
  context: HeadContext,
  positions: Value,
  decoder = architectureOf(config).graph.words,
): Value {
  const { heads } = architectureOf(config);
  const { hidden, parameter } = context;
  const rows = gather(reshape(hidden, [-1, hidden.shape[2]]), positions);
  const states = heads.masked.transform(config, context, rows);
  return linear(states, parameter(decoder), parameter(heads.masked.bias));
}

/** Scores of "follows" (0) and "does not follow" (1) for the second part, `[batch, 2]`. */
export function nextLogits(config: EncoderConfig, context: HeadContext): Value {
  const { nextSentence } = architectureOf(config).heads;
  if (!nextSentence) throw new Error(`A ${config.modelType} does not predict next sentences`);
  return nextSentence.logits(context);
}

/** Graph inputs for masked tokens: their positions and labels, at most `places` per batch. */
export const maskedInputs = (places: number): { positions: Value; labels: Value } => ({
  positions: input('masked_positions', [places], 'int64'),
  labels: input('masked_labels', [places, 1], 'int64'),
});

/**
 * The loss of BERT's pretraining: the mean cross-entropy of the masked tokens, plus that of next-sentence prediction.
 * `outputs` are the two, scalars.
 */
export function pretrainingHead(
  config: EncoderConfig,
  { places, nextSentence }: { places: number; nextSentence: boolean },
): Loss {
  return {
    tied: [architectureOf(config).graph.words],
    outputs(context): Outputs {
      const { positions, labels } = maskedInputs(places);
      const masked = meanLoss(maskedLogits(config, context, positions), labels, 'masked');
      if (!nextSentence) return { masked };
      const batch = context.hidden.shape[0];
      return {
        masked,
        next: meanLoss(nextLogits(config, context), input('next_labels', [batch, 1], 'int64'), 'next'),
      };
    },
    loss: ({ masked, next }) => (next ? add(masked, next) : masked),
  };
}

/** Mean cross-entropy of `logits [n, classes]` at `labels [n, 1]`, weighted by row. */
function meanLoss(logits: Value, labels: Value, name: string): Value {
  const [rows] = logits.shape;
  const chosen = reshape(gatherElements(logSoftmax(logits), labels, 1), [rows]);
  return neg(div(sum(mul(chosen, input(`${name}_weights`, [rows]))), input(`${name}_total`, [])));
}

const long = (values: ArrayLike<number>): BigInt64Array => BigInt64Array.from(Array.from(values), BigInt);

/** The divisors of the two parts of the loss. */
export interface PretrainingTotals {
  /** Masked tokens. */
  readonly masked: number;
  /** Sequences with a next-sentence label. */
  readonly next: number;
}

/** The totals of the batches of one update. */
export const pretrainingTotals = (batches: readonly PretrainingBatch[]): PretrainingTotals => ({
  masked: batches.reduce((sum, { maskedCount }) => sum + maskedCount, 0),
  next: batches.reduce((sum, { nextSentence }) => sum + nextSentence.filter((next) => next >= 0).length, 0),
});

/** The inputs of encoder and loss for a batch of an update with these totals; alone it has its own. */
export function pretrainingFeeds(
  batch: PretrainingBatch,
  totals: PretrainingTotals = pretrainingTotals([batch]),
): Tensors {
  const asked = Float32Array.from(batch.nextSentence, (next) => Number(next >= 0));
  return {
    input_ids: long(batch.ids),
    token_type_ids: long(batch.segments),
    attention_mask: long(batch.attention),
    masked_positions: long(batch.maskedPositions),
    masked_labels: long(batch.maskedLabels),
    masked_weights: batch.maskedWeights,
    masked_total: Float32Array.of(Math.max(1, totals.masked)),
    next_labels: long(batch.nextSentence.map((next) => Math.max(0, next))),
    next_weights: asked,
    next_total: Float32Array.of(Math.max(1, totals.next)),
  };
}
