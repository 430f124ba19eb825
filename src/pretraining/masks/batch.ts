import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import { type Masked, maskSequence, maskTokensOf, mostMasked } from './masking.ts';
import { type Instance, type NextLabel, type PlanOptions, planEpoch } from './plan.ts';
import type { PretrainingText } from './text.ts';
import { type Unit, unitsOf } from './units.ts';

/** The input of one step: rows of `length` tokens one after another. */
export interface PretrainingBatch {
  readonly size: number;
  readonly length: number;
  /** `[size × length]`, masked; `[PAD]` after each sequence. */
  readonly ids: Int32Array;
  /** `[size × length]`: 0 for the first part, 1 for the second and its `[SEP]`. */
  readonly segments: Int32Array;
  /** `[size × length]`: 1 for tokens, 0 for padding. */
  readonly attention: Int32Array;
  /** Actual entries of the arrays below, which have room for `size × mostMasked(length)`; the rest is padding. */
  readonly maskedCount: number;
  /** Index into `ids`, ascending; 0 in the padding. */
  readonly maskedPositions: Int32Array;
  /** The original token; 0 in the padding. */
  readonly maskedLabels: Int32Array;
  /** 1, or 0 in the padding. */
  readonly maskedWeights: Float32Array;
  /** Index into `KINDS`: the unit of the token. */
  readonly maskedKinds: Uint8Array;
  /** `[size]`: `NextLabel`s. */
  readonly nextSentence: Int32Array;
}

export interface BatchOptions extends PlanOptions {
  /** Sequences per batch. */
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
  /** The batch of a step, counted from 0 over all epochs; it does not depend on earlier calls. */
  batch(step: number): PretrainingBatch;
  /** Sequence `index` of an epoch, in training order. */
  sequence(epoch: number, index: number): Sequence;
}

/**
 * Batches of masked sequences with new masks, boundaries and partners in each epoch, all from counter-based numbers.
 * Throws a UserError (`corpus-too-small`) if an epoch has fewer sequences than a batch.
 */
export function createBatches(text: PretrainingText, vocabulary: Vocabulary, options: BatchOptions): Batches {
  const { batchSize, maxLength } = options;
  let planned = { epoch: 0, instances: planEpoch(text, 0, options) };
  const stepsPerEpoch = Math.floor(planned.instances.length / batchSize);
  if (stepsPerEpoch === 0) throw tooSmall(planned.instances.length, batchSize);
  const planOf = (epoch: number): readonly Instance[] => {
    if (planned.epoch !== epoch) planned = { epoch, instances: planEpoch(text, epoch, options) };
    return planned.instances;
  };
  const build = createSequenceBuilder(text, vocabulary, options.seed);
  const sequence = (epoch: number, index: number): Sequence => {
    const instances = planOf(epoch);
    // Another epoch may split the text into slightly fewer sequences than the first.
    return build(instances[index % instances.length], epoch, index);
  };
  const batch = (step: number): PretrainingBatch => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const first = (step % stepsPerEpoch) * batchSize;
    const sequences = Array.from({ length: batchSize }, (_, row) => sequence(epoch, first + row));
    return packBatch(sequences, maxLength, vocabulary.ids.pad);
  };
  return { stepsPerEpoch, batch, sequence };
}

/** Builds sequence `index` of an epoch from its plan: tokens and units, then masks. */
function createSequenceBuilder(text: PretrainingText, vocabulary: Vocabulary, seed: number) {
  const tokens = maskTokensOf(vocabulary);
  const { cls, sep } = vocabulary.ids;
  return ({ pieces, next }: Instance, epoch: number, index: number): Sequence => {
    const length = 1 + pieces.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    const ids = new Int32Array(length);
    const segments = new Int32Array(length);
    const units: Unit[] = [];
    const prefersSpan = (token: number): boolean =>
      counterRandom(seed, PURPOSE.unit, epoch, token).next() < 0.5;
    ids[0] = cls;
    let at = 1;
    for (const [part, { from, to }] of pieces.entries()) {
      for (const unit of unitsOf(text.marks, from, to, prefersSpan)) {
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
}

/** Lays sequences out as rows of `length` tokens. */
function packBatch(sequences: readonly Sequence[], length: number, pad: number): PretrainingBatch {
  const size = sequences.length;
  const room = size * mostMasked(length);
  const rows = {
    ids: new Int32Array(size * length).fill(pad),
    segments: new Int32Array(size * length),
    attention: new Int32Array(size * length),
    maskedPositions: new Int32Array(room),
    maskedLabels: new Int32Array(room),
    maskedWeights: new Float32Array(room),
    maskedKinds: new Uint8Array(room),
    nextSentence: new Int32Array(size),
  };
  let maskedCount = 0;
  for (const [row, { ids, segments, masked, next }] of sequences.entries()) {
    const start = row * length;
    rows.ids.set(ids, start);
    rows.segments.set(segments, start);
    rows.attention.fill(1, start, start + ids.length);
    rows.nextSentence[row] = next;
    // What is masked beyond the room, where sequences are little else than one long unit, is not predicted.
    for (const { position, label, kind } of masked.slice(0, room - maskedCount)) {
      rows.maskedPositions[maskedCount] = start + position;
      rows.maskedLabels[maskedCount] = label;
      rows.maskedWeights[maskedCount] = 1;
      rows.maskedKinds[maskedCount++] = kind;
    }
  }
  return { size, length, maskedCount, ...rows };
}

const tooSmall = (sequences: number, batchSize: number): UserError =>
  new UserError(
    'corpus-too-small',
    {
      en: `The corpus yields ${counted(sequences, 'sequence')}, fewer than a batch of ${batchSize}`,
      zh: `语料只能生成 ${sequences} 条序列，不足一批（${batchSize} 条）`,
    },
    {
      hint: {
        en: 'Use more text, shorter sequences (--max-length), or a smaller batch (--batch-size).',
        zh: '请增加文本、缩短序列（--max-length）或减小批大小（--batch-size）。',
      },
    },
  );
