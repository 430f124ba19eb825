import {
  add,
  div,
  gather,
  gatherElements,
  input,
  layerNorm,
  linear,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  type Tensors,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../../encoders/architectures/bert/config.ts';
import { ACTIVATION, EMBEDDINGS, noDropout } from '../../encoders/architectures/bert/graph.ts';
import type { HeadContext, Outputs } from '../../encoders/heads/head.ts';
import { pooled } from '../../encoders/heads/sequence.ts';
import type { StepHead } from '../../encoders/training/step.ts';
import type { PretrainingBatch } from './batch.ts';

const TRANSFORM = 'cls.predictions.transform';
const NEXT = 'cls.seq_relationship';

/** Parameters of `BertForPreTraining` beside the encoder and the pooler, as Hugging Face names them. */
export function pretrainingParameters({
  hiddenSize: hidden,
  vocabSize,
}: Pick<BertConfig, 'hiddenSize' | 'vocabSize'>): Map<string, readonly number[]> {
  return new Map<string, readonly number[]>([
    [`${TRANSFORM}.dense.weight`, [hidden, hidden]],
    [`${TRANSFORM}.dense.bias`, [hidden]],
    [`${TRANSFORM}.LayerNorm.weight`, [hidden]],
    [`${TRANSFORM}.LayerNorm.bias`, [hidden]],
    ['cls.predictions.bias', [vocabSize]],
    [`${NEXT}.weight`, [2, hidden]],
    [`${NEXT}.bias`, [2]],
  ]);
}

/** What only next sentence prediction trains. */
export const isNextSentence = (name: string): boolean =>
  name.startsWith('pooler.') || name.startsWith(`${NEXT}.`);

/**
 * Scores of every token of the vocabulary, `[n, vocabulary]`, at `positions` (int64 `[n]`, rows of all hidden states
 * `[batch × length, hidden]`) and nowhere else. The decoder's weights are the word embeddings (Devlin et al. 2019).
 */
export function maskedLogits(
  { activation, layerNormEps }: Pick<BertConfig, 'activation' | 'layerNormEps'>,
  { hidden, parameter, dense }: HeadContext,
  positions: Value,
): Value {
  const rows = gather(reshape(hidden, [-1, hidden.shape[2]]), positions);
  const inner = ACTIVATION[activation](dense(rows, `${TRANSFORM}.dense`));
  const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${TRANSFORM}.LayerNorm.${part}`));
  return linear(
    layerNorm(inner, gain, bias, layerNormEps),
    parameter(EMBEDDINGS.words),
    parameter('cls.predictions.bias'),
  );
}

/** Whether the second part follows (0) or not (1), `[batch, 2]`. */
export const nextLogits = (context: HeadContext): Value =>
  context.dense(pooled({ ...context, dropout: noDropout }), NEXT);

/** Inputs of a graph that say what was masked: there is room for `places` of them in a batch. */
export const maskedInputs = (places: number): { positions: Value; labels: Value } => ({
  positions: input('masked_positions', [places], 'int64'),
  labels: input('masked_labels', [places, 1], 'int64'),
});

/**
 * The loss of BERT's pretraining: the mean cross-entropy of the masked tokens, plus that of the pairs that ask whether
 * the second part follows. `outputs` are the two, scalars.
 */
export function pretrainingHead(
  config: BertConfig,
  { places, nextSentence }: { places: number; nextSentence: boolean },
): StepHead {
  return {
    tied: [EMBEDDINGS.words],
    outputs(context): Outputs {
      const { positions, labels } = maskedInputs(places);
      const masked = meanLoss(maskedLogits(config, context, positions), labels, 'masked');
      if (!nextSentence) return { masked };
      const batch = context.hidden.shape[0];
      return {
        masked,
        next: meanLoss(nextLogits(context), input('next_labels', [batch, 1], 'int64'), 'next'),
      };
    },
    loss: ({ masked, next }) => (next ? add(masked, next) : masked),
  };
}

/** Cross-entropy of `logits [n, classes]` at `labels [n, 1]`, weighted by row: the mean over the rows that count. */
function meanLoss(logits: Value, labels: Value, name: string): Value {
  const [rows] = logits.shape;
  const chosen = reshape(gatherElements(logSoftmax(logits), labels, 1), [rows]);
  return neg(div(sum(mul(chosen, input(`${name}_weights`, [rows]))), input(`${name}_total`, [])));
}

const long = (values: ArrayLike<number>): BigInt64Array => BigInt64Array.from(Array.from(values), BigInt);

/** A batch as the inputs of encoder and head. */
export function pretrainingFeeds(batch: PretrainingBatch): Tensors {
  const asked = Float32Array.from(batch.nextSentence, (next) => Number(next >= 0));
  return {
    input_ids: long(batch.ids),
    token_type_ids: long(batch.segments),
    attention_mask: long(batch.attention),
    masked_positions: long(batch.maskedPositions),
    masked_labels: long(batch.maskedLabels),
    masked_weights: batch.maskedWeights,
    masked_total: Float32Array.of(Math.max(1, batch.maskedCount)),
    next_labels: long(batch.nextSentence.map((next) => Math.max(0, next))),
    next_weights: asked,
    next_total: Float32Array.of(
      Math.max(
        1,
        asked.reduce((a, b) => a + b, 0),
      ),
    ),
  };
}
