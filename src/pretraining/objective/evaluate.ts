import {
  compile,
  gatherElements,
  input,
  logSoftmax,
  max,
  reshape,
  type SessionOptions,
  type Tensors,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../../encoders/architectures/bert/config.ts';
import {
  embed,
  encode,
  encoderInputs,
  fixedLayout,
  noDropout,
} from '../../encoders/architectures/bert/graph.ts';
import type { HeadContext } from '../../encoders/heads/head.ts';
import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { type BatchOptions, createBatches } from './batch.ts';
import { maskedInputs, maskedLogits, nextLogits, pretrainingFeeds } from './head.ts';
import { mostMasked } from './masking.ts';
import { planEpoch } from './plan.ts';
import type { PretrainingText } from './text.ts';
import { KINDS, type Kind } from './units.ts';

/** How many were right, of how many. */
export interface Accuracy {
  readonly right: number;
  readonly count: number;
}

/** What a model knows of text that it was not trained on. */
export interface PretrainingScores {
  /** Mean cross-entropy of the masked tokens. */
  readonly loss: number;
  readonly masked: Accuracy;
  /** Of the masked tokens by what they are part of. */
  readonly kinds: Readonly<Record<Kind, Accuracy>>;
  /** Of the pairs: whether the second part follows. */
  readonly next: Accuracy;
}

export interface EvaluationOptions extends SessionOptions {
  readonly config: BertConfig;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly heldOut: PretrainingText;
  readonly vocabulary: Vocabulary;
  readonly batches: BatchOptions;
  /** Sequences that are read, at most. */
  readonly sequences: number;
}

/**
 * Scores for given weights on held-out text, always the same sequences with the same masks, without dropout. Absent
 * where nothing was held out.
 */
export async function createEvaluation(
  options: EvaluationOptions,
): Promise<((weights: Tensors, signal?: AbortSignal) => Promise<PretrainingScores>) | undefined> {
  const { config, shapes, heldOut, vocabulary, batches, sequences, device, threads } = options;
  const found = planEpoch(heldOut, 0, batches).length;
  if (found === 0) return undefined;
  const size = Math.min(batches.batchSize, found);
  const { batch, stepsPerEpoch } = createBatches(heldOut, vocabulary, { ...batches, batchSize: size });
  const steps = Math.min(stepsPerEpoch, Math.max(1, Math.floor(sequences / size)));
  const graph = scoringGraph(config, shapes, size, batches);
  const program = await compile(graph, { device, threads, arena: false });
  return async (weights, signal) => {
    const kinds = KINDS.map(() => ({ right: 0, count: 0 }));
    const next = { right: 0, count: 0 };
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const given = batch(step);
      const out = await program.run({ ...weights, ...pretrainingFeeds(given) });
      for (let i = 0; i < given.maskedCount; i++) {
        const kind = kinds[given.maskedKinds[i]];
        kind.count++;
        if (out.chosen[i] >= out.best[i]) kind.right++;
        loss -= Number(out.logarithm[i]);
      }
      for (const [row, label] of given.nextSentence.entries()) {
        if (label < 0) continue;
        next.count++;
        if (Number(out.next[row * 2 + 1] > out.next[row * 2]) === label) next.right++;
      }
    }
    const masked = {
      right: kinds.reduce((sum, { right }) => sum + right, 0),
      count: kinds.reduce((sum, { count }) => sum + count, 0),
    };
    const byKind = Object.fromEntries(KINDS.map((kind, i) => [kind, kinds[i]])) as Record<Kind, Accuracy>;
    return { loss: loss / masked.count, masked, kinds: byKind, next };
  };
}

function scoringGraph(
  config: BertConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
  size: number,
  { maxLength }: BatchOptions,
): Record<string, Value> {
  const parameters = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const inputs = encoderInputs(size, maxLength);
  const context: HeadContext = {
    hidden: encode(config, embed(inputs, parameter), inputs.attention_mask, parameter),
    mask: inputs.attention_mask,
    parameter,
    dense: (x, name) => fixedLayout.dense(x, name, parameter),
    dropout: noDropout,
  };
  const places = size * mostMasked(maxLength);
  const { positions, labels } = maskedInputs(places);
  const logits = maskedLogits(config, context, positions);
  const at = (values: Value): Value => reshape(gatherElements(values, labels, 1), [places]);
  return {
    chosen: at(logits),
    best: max(logits, [-1]),
    logarithm: at(logSoftmax(logits)),
    next: nextLogits(context),
  };
}
