import { describe, expect, it } from 'vitest';
import { averageScores, scoreLetters } from './letters.ts';

const OPTIONS = ['yes', 'no'].map((id) => ({ id, meaning: { en: id, zh: id } }));

describe('scores of letters', () => {
  it('are logarithms of probabilities', () => {
    const scores = scoreLetters(
      [
        { token: 'A', logprob: Math.log(0.6) },
        { token: ' B', logprob: Math.log(0.2) },
      ],
      OPTIONS,
    );
    expect(Math.exp(scores?.yes ?? 0)).toBeCloseTo(0.75);
  });

  it.each([
    ['the only likely token', 'A', 'B'],
    ['beside a token that is no letter', '答', 'A'],
  ])('are finite where services report -9999 for all except %s', (_, likely, unlikely) => {
    const first = [
      { token: likely, logprob: 0 },
      { token: unlikely, logprob: -9999 },
    ];
    const scores = averageScores([scoreLetters(first, OPTIONS) ?? {}]);
    expect(Object.keys(scores)).toEqual(['yes', 'no']);
    expect(Object.values(JSON.parse(JSON.stringify(scores))).every(Number.isFinite)).toBe(true);
  });
});
