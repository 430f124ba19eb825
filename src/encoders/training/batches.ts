import { createRandom, shuffle } from '../../ground/random.ts';
import type { BatchShape } from '../architectures/graph.ts';

export interface BatchOptions {
  /** Lengths to pad to, ascending. */
  readonly buckets: readonly number[];
  /** Maximum rows per batch. */
  readonly rows: number;
  /** Minimum rows per batch whatever their length: those of the item with the most. */
  readonly least: number;
  /** Maximum tokens per batch, including padding. */
  readonly tokens: number;
  readonly seed: number;
}

/** Indices of items that form a batch, the rows that they take, and the shape that they are padded to. */
export interface Batch extends BatchShape {
  readonly rows: number;
  readonly items: readonly number[];
}

/** Tokens of training from which the padding saved by a further bucket outweighs compiling its graph. */
const TOKENS_PER_BUCKET = 10_000;
const FEW_BUCKETS = 4;

/** Number of buckets that pays off for this many tokens of training, `most` at most. */
export const bucketsWorth = (tokens: number, most: number): number =>
  Math.min(most, Math.max(FEW_BUCKETS, Math.floor(tokens / TOKENS_PER_BUCKET)));

/** Batches within which items are sorted by length: enough for little padding, few enough to mix well. */
const SORTED_BATCHES = 64;

export const shapeOf = (length: number, { rows, least, tokens }: BatchOptions): BatchShape => ({
  length,
  batch: Math.max(least, Math.min(rows, Math.floor(tokens / length))),
});

/**
 * The batches of one epoch: items shuffled and grouped by similar length, batches shuffled. An item has one row or
 * several (`counts`), which stay together, padded to the longest (`lengths`). Depends only on the seed and the epoch.
 */
export function planEpoch(
  lengths: readonly number[],
  counts: readonly number[],
  epoch: number,
  options: BatchOptions,
): Batch[] {
  const { buckets, rows, seed } = options;
  const random = createRandom(seed, `epoch ${epoch}`);
  const order = shuffle(
    lengths.map((_, item) => item),
    random,
  );
  const batches: Batch[] = [];
  const chunk = Math.max(1, SORTED_BATCHES * rows);
  for (let start = 0; start < order.length; start += chunk) {
    const sorted = order.slice(start, start + chunk).sort((a, b) => lengths[b] - lengths[a]);
    for (let at = 0; at < sorted.length; ) {
      const longest = lengths[sorted[at]];
      const shape = shapeOf(buckets.find((bucket) => bucket >= longest) ?? longest, options);
      const items: number[] = [];
      let used = 0;
      for (; at < sorted.length && (items.length === 0 || used + counts[sorted[at]] <= shape.batch); at++) {
        items.push(sorted[at]);
        used += counts[sorted[at]];
      }
      batches.push({ ...shape, rows: used, items });
    }
  }
  return shuffle(batches, random);
}
