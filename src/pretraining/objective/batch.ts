import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { UserError } from '../../ground/errors.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import { type Masked, maskSequence, maskTokensOf, mostMasked } from './masking.ts';
import { type Instance, type NextLabel, type PlanOptions, planEpoch } from './plan.ts';
import type { PretrainingText } from './text.ts';
import { type Unit, unitsOf } from './units.ts';

/** What one step learns from; rows of `length` tokens one after another. */
export interface PretrainingBatch {
  readonly size: number;
  readonly length: number;
  /** `[size × length]`, masked; `[PAD]` behind each sequence. */
  readonly ids: Int32Array;
  /** `[size × length]`: 0 for the first part, 1 for the second and its `[SEP]`. */
  readonly segments: Int32Array;
  /** `[size × length]`: 1 for tokens, 0 for padding. */
  readonly attention: Int32Array;
  /** Real entries of the five arrays below; each has room for `size × mostMasked(length)`, the rest is padding. */
  readonly maskedCount: number;
  /** Index into `ids`, ascending; 0 in the padding. */
  readonly maskedPositions: Int32Array;
  /** The token that was there; 0 in the padding. */
  readonly maskedLabels: Int32Array;
  /** 1, or 0 in the padding. */
  readonly maskedWeights: Float32Array;
  /** Index into `KINDS`: what the token was part of. */
  readonly maskedKinds: Uint8Array;
  /** `[size]`: 0 the second part follows the first, 1 it comes from another document, -1 there is no such question. */
  readonly nextSentence: Int32Array;
}

export interface BatchOptions extends PlanOptions {
  /** Sequences a step. */
  readonly batchSize: number;
}

/** One sequence before it becomes a row. */
export interface Sequence {
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  readonly units: readonly Unit[];
  readonly masked: readonly Masked[];
  readonly next: NextLabel;
}

export interface Batches {
  /** The same in every epoch. */
  readonly stepsPerEpoch: number;
  /** The batch of a step, counted from 0 over all epochs: whatever was asked for before, it is the same. */
  batch(step: number): PretrainingBatch;
  /** Sequence `index` of an epoch, in training order. */
  sequence(epoch: number, index: number): Sequence;
}

/**
 * Batches of masked sequences with new masks, cuts and partners in each epoch, all from counter-based numbers.
 * Throws a UserError (`corpus-too-small`) where an epoch has fewer sequences than a batch.
 */
export function createBatches(text: PretrainingText, vocabulary: Vocabulary, options: BatchOptions): Batches {
  const { batchSize, maxLength, seed } = options;
  const tokens = maskTokensOf(vocabulary);
  const { cls, sep, pad } = vocabulary.ids;
  let planned = { epoch: 0, instances: planEpoch(text, 0, options) };
  const stepsPerEpoch = Math.floor(planned.instances.length / batchSize);
  if (stepsPerEpoch === 0) {
    const count = planned.instances.length;
    throw new UserError(
      'corpus-too-small',
      `The corpus makes ${count} sequences: fewer than a batch of ${batchSize}`,
      {
        hint: 'Give more text, shorter sequences (--max-length), or a smaller batch (--batch-size).',
      },
    );
  }
  const planOf = (epoch: number): readonly Instance[] => {
    if (planned.epoch !== epoch) planned = { epoch, instances: planEpoch(text, epoch, options) };
    return planned.instances;
  };

  const sequence = (epoch: number, index: number): Sequence => {
    const instances = planOf(epoch);
    // Another epoch may cut the text into a few sequences fewer than the first.
    const { pieces, next } = instances[index % instances.length];
    const length = 1 + pieces.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    const ids = new Int32Array(length);
    const segments = new Int32Array(length);
    const units: Unit[] = [];
    ids[0] = cls;
    let at = 1;
    for (const [part, { from, to }] of pieces.entries()) {
      const prefers = (token: number): boolean =>
        counterRandom(seed, PURPOSE.unit, epoch, token).next() < 0.5;
      for (const unit of unitsOf(text.marks, from, to, prefers)) {
        units.push({ ...unit, from: unit.from - from + at, to: unit.to - from + at });
      }
      ids.set(text.tokens.subarray(from, to), at);
      ids[at + to - from] = sep;
      if (next >= 0 && part === 1) segments.fill(1, at, at + to - from + 1);
      at += to - from + 1;
    }
    const masked = maskSequence(ids, units, tokens, counterRandom(seed, PURPOSE.mask, epoch, index));
    return { ids, segments, units, masked, next };
  };

  const batch = (step: number): PretrainingBatch => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const first = (step % stepsPerEpoch) * batchSize;
    const room = batchSize * mostMasked(maxLength);
    const rows = {
      ids: new Int32Array(batchSize * maxLength).fill(pad),
      segments: new Int32Array(batchSize * maxLength),
      attention: new Int32Array(batchSize * maxLength),
      maskedPositions: new Int32Array(room),
      maskedLabels: new Int32Array(room),
      maskedWeights: new Float32Array(room),
      maskedKinds: new Uint8Array(room),
      nextSentence: new Int32Array(batchSize),
    };
    let maskedCount = 0;
    for (let row = 0; row < batchSize; row++) {
      const { ids, segments, masked, next } = sequence(epoch, first + row);
      const start = row * maxLength;
      rows.ids.set(ids, start);
      rows.segments.set(segments, start);
      rows.attention.fill(1, start, start + ids.length);
      rows.nextSentence[row] = next;
      for (const { position, label, kind } of masked) {
        rows.maskedPositions[maskedCount] = start + position;
        rows.maskedLabels[maskedCount] = label;
        rows.maskedWeights[maskedCount] = 1;
        rows.maskedKinds[maskedCount++] = kind;
      }
    }
    return { size: batchSize, length: maxLength, maskedCount, ...rows };
  };
  return { stepsPerEpoch, batch, sequence };
}
