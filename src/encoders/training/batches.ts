import { createRandom, shuffle } from '../../ground/random.ts';
import type { BatchShape } from '../heads/head.ts';

export interface BatchOptions {
  /** Lengths to pad to, rising. */
  readonly buckets: readonly number[];
  /** Most rows of a batch. */
  readonly rows: number;
  /** Rows that a batch has room for however long they are: those of the item with the most. */
  readonly least: number;
  /** Most tokens of a batch, padding counted. */
  readonly tokens: number;
  readonly seed: number;
}

/** Items, by number, that are trained on together, and the shape they are padded to. */
export interface Batch extends BatchShape {
  readonly items: readonly number[];
}

/** Tokens that must be trained on before the padding that a further bucket saves outweighs the graph that it needs. */
const TOKENS_A_BUCKET = 40_000;
const FEW_BUCKETS = 4;

/** How many buckets are worth it for so many tokens in all, `most` at most. */
export const bucketsWorth = (tokens: number, most: number): number =>
  Math.min(most, Math.max(FEW_BUCKETS, Math.floor(tokens / TOKENS_A_BUCKET)));

/** Items are sorted by length within so many batches at a time: enough to pad little, few enough to mix well. */
const SORTED_BATCHES = 64;

export const shapeOf = (length: number, { rows, least, tokens }: BatchOptions): BatchShape => ({
  length,
  batch: Math.max(least, Math.min(rows, Math.floor(tokens / length))),
});

/**
 * The batches of one epoch: items shuffled, those of like length together, batches shuffled. An item has one row or
 * several (`counts`), which stay together, padded to its longest (`lengths`). Depends on the seed and the epoch only.
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
      for (
        let used = 0;
        at < sorted.length && (items.length === 0 || used + counts[sorted[at]] <= shape.batch);
        at++
      ) {
        items.push(sorted[at]);
        used += counts[sorted[at]];
      }
      batches.push({ ...shape, items });
    }
  }
  return shuffle(batches, random);
}
