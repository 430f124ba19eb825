import {
  compile,
  gatherElements,
  logSoftmax,
  max,
  reshape,
  type SessionOptions,
  type Tensors,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig, Shapes } from '../../encoders/architectures/architecture.ts';
import { encoderFrame } from '../../encoders/architectures/frame.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { type BatchOptions, createBatches } from '../masks/batch.ts';
import { mostMasked } from '../masks/masking.ts';
import { planEpoch } from '../masks/plan.ts';
import type { PretrainingText } from '../masks/text.ts';
import { KINDS, type Kind } from '../masks/units.ts';
import { maskedInputs, maskedLogits, nextLogits, pretrainingFeeds } from './head.ts';

/** Correct predictions, of how many. */
export interface Accuracy {
  readonly right: number;
  readonly count: number;
}

/** Scores of a model on held-out text. */
export interface PretrainingScores {
  /** Mean cross-entropy of the masked tokens. */
  readonly loss: number;
  readonly masked: Accuracy;
  /** Of the masked tokens by kind of unit. */
  readonly kinds: Readonly<Record<Kind, Accuracy>>;
  /** Of next-sentence prediction. */
  readonly next: Accuracy;
}

export interface EvaluationOptions extends SessionOptions {
  readonly config: EncoderConfig;
  readonly shapes: Shapes;
  readonly heldOut: PretrainingText;
  readonly vocabulary: Vocabulary;
  readonly batches: BatchOptions;
  /** Maximum number of sequences. */
  readonly sequences: number;
}

/** The batches of an evaluation, always the same; undefined if nothing was held out. */
export function evaluationBatches({
  heldOut,
  vocabulary,
  batches,
  sequences,
}: Pick<EvaluationOptions, 'heldOut' | 'vocabulary' | 'batches' | 'sequences'>) {
  const found = planEpoch(heldOut, 0, batches).length;
  if (found === 0) return undefined;
  const size = Math.min(batches.batchSize, found);
  const { batch, stepsPerEpoch } = createBatches(heldOut, vocabulary, { ...batches, batchSize: size });
  return { size, batch, count: Math.min(stepsPerEpoch, Math.max(1, Math.floor(sequences / size))) };
}

/**
 * Scores given weights on held-out text, always on the same sequences and masks, without dropout. Absent if nothing was
 * held out.
 */
export async function createEvaluation(
  options: EvaluationOptions,
): Promise<((weights: Tensors, signal?: AbortSignal) => Promise<PretrainingScores>) | undefined> {
  const { config, shapes, batches, device, threads } = options;
  const evaluated = evaluationBatches(options);
  if (!evaluated) return undefined;
  const { size, count, batch } = evaluated;
  const graph = scoringGraph(config, shapes, size, batches);
  const program = await compile(graph, { device, threads, arena: false });
  return async (weights, signal) => {
    const kinds = KINDS.map(() => ({ right: 0, count: 0 }));
    const next = { right: 0, count: 0 };
    let loss = 0;
    for (let step = 0; step < count; step++) {
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
  config: EncoderConfig,
  shapes: Shapes,
  size: number,
  { maxLength }: BatchOptions,
): Record<string, Value> {
  const context = encoderFrame({ config, shapes, batch: size, length: maxLength }).encode();
  const places = size * mostMasked(maxLength);
  const { positions, labels } = maskedInputs(places);
  const logits = maskedLogits(config, context, positions);
  const at = (values: Value): Value => reshape(gatherElements(values, labels, 1), [places]);
  return {
    chosen: at(logits),
    best: max(logits, [-1]),
    logarithm: at(logSoftmax(logits)),
    ...(architectureOf(config).heads.nextSentence && { next: nextLogits(config, context) }),
  };
}
