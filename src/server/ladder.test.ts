import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../ground/random.ts';
import { climb, stepOf } from './ladder.ts';

describe('the Ladder', () => {
  const settings = { step: 0.01, digits: 3 };

  it('releases the first score, rounded, and then only what beats the best by a step', () => {
    expect(climb(undefined, 0.81234, settings)).toEqual({ released: 0.812, improved: true });
    expect(climb(0.812, 0.8219, settings)).toEqual({ released: 0.812, improved: false });
    expect(climb(0.812, 0.8321, settings)).toEqual({ released: 0.832, improved: true });
    expect(climb(0.812, 0.2, settings)).toEqual({ released: 0.812, improved: false });
  });

  it('does not count a rounding error as a step', () => {
    const fine = { step: 0, digits: 3, computed: 0.81249 };
    expect(climb(0.812, 0.81249, fine)).toEqual({ released: 0.812, improved: false });
    expect(climb(0.812, 0.8126, fine)).toEqual({ released: 0.813, improved: true });
    expect(climb(0.813, 0.8129, { ...fine, computed: 0.8126 })).toEqual({ released: 0.813, improved: false });
    const down = { step: 0, digits: 1, sign: -1, computed: 1.46 } as const;
    expect(climb(1.5, 1.46, down)).toEqual({ released: 1.5, improved: false });
  });

  it('descends where smaller is better', () => {
    expect(climb(1.5, 1.2, { ...settings, sign: -1 })).toEqual({ released: 1.2, improved: true });
    expect(climb(1.5, 1.8, { ...settings, sign: -1 })).toEqual({ released: 1.5, improved: false });
  });

  it('does not release an undefined score', () => {
    expect(climb(0.5, Number.NaN, settings)).toEqual({ released: 0.5, improved: false });
    expect(climb(undefined, Number.NaN, settings)).toEqual({ released: Number.NaN, improved: false });
    expect(climb(Number.NaN, 0.5, settings)).toEqual({ released: 0.5, improved: true });
  });

  it('the step grows with the standard error and the number of submissions, and has a minimum', () => {
    expect(stepOf(0.01, 1)).toBeCloseTo(0.01645, 4);
    expect(stepOf(0.01, 1000)).toBeCloseTo(0.0389, 4);
    expect(stepOf(0, 1000, 0.002)).toBe(0.002);
  });
});

const ITEMS = 2000;
const SUBMISSIONS = 1000;

/**
 * An attacker without knowledge of the gold begins with a system that is right on 80 of 100 items, submits it with 40 answers
 * changed at random a thousand times, and keeps every change after which the released score is better. Returns the gain, in
 * points of the score on the holdout: all of it is overfitting.
 */
function probe(seed: number, release: (best: number, score: number, changed: number) => number): number {
  const random: Random = createRandom(seed, 'probe');
  let correct = Array.from({ length: ITEMS }, () => random.next() < 0.8);
  const scoreOf = (answers: readonly boolean[]): number =>
    answers.reduce((sum, right) => sum + Number(right), 0) / ITEMS;
  const first = scoreOf(correct);
  let best = release(Number.NaN, first, 0);
  for (let submission = 1; submission < SUBMISSIONS; submission++) {
    const tried = [...correct];
    let changed = 0;
    // Changed answers of a binary task: a right one becomes wrong, a wrong one right. Half of them were wrong, as if the
    // attacker changes uncertain answers.
    for (let i = 0; i < 40; i++) {
      const at = random.below(ITEMS);
      if (tried[at] && random.next() < 0.75) continue;
      tried[at] = !tried[at];
      changed++;
    }
    const released = release(best, scoreOf(tried), changed);
    if (released <= best) continue;
    best = released;
    correct = tried;
  }
  return 100 * (scoreOf(correct) - first);
}

describe('an attack that probes scores, 1 000 submissions on 2 000 items', () => {
  const mean = (release: Parameters<typeof probe>[1]): number =>
    [1, 2].reduce((sum, seed) => sum + probe(seed, release) / 2, 0);
  const digits = 3;

  it('gains points where scores are released, fewer where they are rounded, and nothing under the Ladder', () => {
    const none = mean((_, score) => score);
    const rounded = mean((_, score) => Number(score.toFixed(digits)));
    const oneError = mean((best, score, changed) => {
      const known = Number.isNaN(best) ? undefined : best;
      return climb(known, score, { step: Math.sqrt(changed) / ITEMS, digits }).released;
    });
    const ladder = mean((best, score, changed) => {
      const known = Number.isNaN(best) ? undefined : best;
      // The standard error of a paired difference of two systems that differ in `changed` of the items.
      const step = stepOf(Math.sqrt(changed) / ITEMS, SUBMISSIONS);
      return climb(known, score, { step, digits }).released;
    });
    expect(none).toBeGreaterThan(5);
    expect(rounded).toBeGreaterThan(5);
    expect(oneError).toBeGreaterThan(2);
    expect(ladder).toBeLessThanOrEqual(0.2);
  });
});
