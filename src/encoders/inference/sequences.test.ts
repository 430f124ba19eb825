import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { bucketsWorth, planEpoch } from '../training/batches.ts';
import { chooseBuckets, encoderFeeds } from './sequences.ts';

describe('chooseBuckets', () => {
  const waste = (lengths: number[], buckets: number[]): number =>
    lengths.reduce((sum, length) => sum + buckets.find((bucket) => bucket >= length)! - length, 0);

  it('covers every length with multiples of 4 and wastes least', () => {
    const random = createRandom(1, 'buckets');
    const lengths = Array.from({ length: 200 }, () => 3 + random.below(random.below(100) + 1));
    const all = Array.from({ length: Math.ceil(Math.max(...lengths) / 4) }, (_, i) => 4 * (i + 1));
    const last = all.at(-1)!;
    const best = Math.min(
      ...all.flatMap((a) =>
        all.map((b) =>
          waste(
            lengths,
            [a, b, last].sort((x, y) => x - y),
          ),
        ),
      ),
    );
    const buckets = chooseBuckets(lengths, 3);
    expect(buckets.length).toBeLessThanOrEqual(3);
    expect(waste(lengths, buckets)).toBe(best);
  });

  it('needs no more than one for equal lengths', () => {
    expect(chooseBuckets([30, 30, 31], 4)).toEqual([32]);
  });

  it('takes any number of sequences', () => {
    expect(chooseBuckets(new Array(300_000).fill(30), 2)).toEqual([32]);
  });
});

describe('encoderFeeds', () => {
  it('pads rows and columns', () => {
    const sequence = { ids: Int32Array.of(2, 7, 3), types: Int32Array.of(0, 1, 1) };
    const feeds = encoderFeeds([sequence], { batch: 2, length: 4 }, 9);
    expect([...feeds.input_ids].map(Number)).toEqual([2, 7, 3, 9, 9, 9, 9, 9]);
    expect([...feeds.token_type_ids].map(Number)).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
    expect([...feeds.attention_mask].map(Number)).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });
});

describe('planEpoch', () => {
  const random = createRandom(2, 'plan');
  const lengths = Array.from({ length: 500 }, () => 4 + random.below(60));
  const counts = lengths.map(() => 1 + random.below(3));
  const options = { buckets: chooseBuckets(lengths, 4), rows: 16, least: 3, tokens: 512, seed: 5 };

  it('has every item once, within rows and tokens, in a bucket that holds it', () => {
    const batches = planEpoch(lengths, counts, 0, options);
    expect(batches.flatMap(({ items }) => [...items]).sort((a, b) => a - b)).toEqual(
      lengths.map((_, i) => i),
    );
    for (const { items, batch, length } of batches) {
      expect(items.reduce((sum, item) => sum + counts[item], 0)).toBeLessThanOrEqual(batch);
      expect(batch).toBeLessThanOrEqual(16);
      expect(batch * length).toBeLessThanOrEqual(512);
      for (const item of items) expect(lengths[item]).toBeLessThanOrEqual(length);
    }
    const padded = batches.reduce((sum, { batch, length }) => sum + batch * length, 0);
    const real = lengths.reduce((sum, length, i) => sum + length * counts[i], 0);
    expect(1 - real / padded).toBeLessThan(0.3);
  });

  it('has as many buckets as pay off for the length of training', () => {
    expect([10, 50_000, 1e9].map((tokens) => bucketsWorth(tokens, 12))).toEqual([4, 5, 12]);
    expect(bucketsWorth(1e9, 1)).toBe(1);
  });

  it('depends on seed and epoch', () => {
    expect(planEpoch(lengths, counts, 1, options)).toEqual(planEpoch(lengths, counts, 1, options));
    expect(planEpoch(lengths, counts, 1, options)).not.toEqual(planEpoch(lengths, counts, 0, options));
  });
});
