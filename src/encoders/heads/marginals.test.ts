import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { chooseSpans, type LikelySpan, likelySpans, type Transitions } from './marginals.ts';

const TYPES = 2;
const TAGS = 2 * TYPES + 1;
const LENGTH = 4;
const random = createRandom(7, 'marginals');
const drawn = (count: number): number[] => Array.from({ length: count }, () => 4 * random.next() - 2);
const never = Number.NEGATIVE_INFINITY;
const isLegal = (from: number, to: number): boolean => to <= TYPES || from === to || from === to - TYPES;

const scores = Float32Array.from(drawn(LENGTH * TAGS));
const chain: Transitions = {
  tags: TAGS,
  start: drawn(TAGS).map((score, tag) => (tag > TYPES ? never : score)),
  end: drawn(TAGS),
  between: drawn(TAGS * TAGS).map((score, i) => (isLegal(Math.floor(i / TAGS), i % TAGS) ? score : never)),
};

/** Every sequence of tags, its spans, and its weight. */
function* sequences(): Generator<{ spans: string[]; weight: number }> {
  for (let code = 0; code < TAGS ** LENGTH; code++) {
    const tags = Array.from({ length: LENGTH }, (_, i) => Math.floor(code / TAGS ** i) % TAGS);
    let score = chain.start[tags[0]] + chain.end[tags[LENGTH - 1]];
    for (const [i, tag] of tags.entries()) {
      score += scores[i * TAGS + tag] + (i > 0 ? chain.between[tags[i - 1] * TAGS + tag] : 0);
    }
    const spans: string[] = [];
    for (let first = 0; first < LENGTH; first++) {
      if (tags[first] === 0 || tags[first] > TYPES) continue;
      let last = first;
      while (last + 1 < LENGTH && tags[last + 1] === tags[first] + TYPES) last++;
      spans.push(`${tags[first] - 1} ${first} ${last}`);
    }
    yield { spans, weight: Math.exp(score) };
  }
}

describe('likelySpans', () => {
  const expected = new Map<string, number>();
  let total = 0;
  for (const { spans, weight } of sequences()) {
    total += weight;
    for (const span of spans) expected.set(span, (expected.get(span) ?? 0) + weight);
  }

  it('equals the sum over every sequence of tags', () => {
    const found = likelySpans(scores, chain, 1e-9);
    expect(found.length).toBe(expected.size);
    for (const { type, first, last, probability } of found)
      expect(probability).toBeCloseTo(expected.get(`${type} ${first} ${last}`)! / total, 10);
  });

  it('leaves out spans below the threshold, and handles scores that overflow', () => {
    const likely = [...expected.values()].filter((weight) => weight / total >= 0.1).length;
    expect(likelySpans(scores, chain, 0.1).length).toBe(likely);
    const huge = scores.map((score) => score * 1e3 + 1e4);
    for (const { probability } of likelySpans(huge, chain, 0.5)) expect(probability).toBeGreaterThan(0.99);
    expect(likelySpans(new Float32Array(0), chain, 0.1)).toEqual([]);
  });
});

describe('chooseSpans', () => {
  const span = (first: number, last: number, probability: number): LikelySpan => ({
    ...{ type: 0, first, last, probability },
  });

  it('takes likely spans, and the best of overlapping ones', () => {
    const [long, left, right, apart] = [span(0, 5, 0.8), span(0, 2, 0.7), span(3, 5, 0.7), span(6, 6, 0.9)];
    expect(chooseSpans([apart, right, long, left], 0.5)).toEqual([left, right, apart]);
    expect(chooseSpans([apart, right, long, left], 0.65)).toEqual([long, apart]);
    expect(chooseSpans([apart, right, long, left], 0.85)).toEqual([apart]);
    expect(chooseSpans([], 0.5)).toEqual([]);
  });
});
