import { describe, expect, it } from 'vitest';
import { pairFeatures, pairsOf } from './pairs.ts';
import { bestThreshold } from './threshold.ts';

const text = '肺炎用青霉素，肺炎';
const mentions = [
  { start: 0, end: 2, type: '疾病' },
  { start: 3, end: 6, type: '药物' },
  { start: 7, end: 9, type: '疾病' },
];

describe('pairs', () => {
  it('are ordered pairs of different strings, at their closest places', () => {
    const pairs = pairsOf(text, mentions);
    expect(pairs.map(({ types }) => types).sort()).toEqual(['疾病 → 药物', '药物 → 疾病']);
    expect(pairs[0]).toMatchObject({ subjectText: '肺炎', objectText: '青霉素', subject: { start: 0 } });
  });

  it('stay few on long texts', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ start: 5 * i, end: 5 * i + 2, type: 'a' }));
    const long = Array.from({ length: 500 }, (_, i) => `${String.fromCharCode(0x4e00 + i)}病，，，`).join('');
    expect(pairsOf(long, many).length).toBeLessThan(500 * 2 * 81);
  });

  it('have features of the text between them, with its direction', () => {
    const [there, back] = pairsOf(text, mentions);
    expect([...pairFeatures(text, there, mentions)]).toContain('between > = 用');
    expect([...pairFeatures(text, back, mentions)]).toContain('between < = 用');
  });
});

describe('the threshold', () => {
  it('is the one with the best F1', () => {
    const judged = [0.9, 0.7, 0.4, 0.3, 0.1].map((probability, i) => ({ probability, right: i < 3 }));
    expect(bestThreshold(judged, 3)).toBeCloseTo(0.35);
  });

  it('is one half where nothing is right', () => {
    expect(bestThreshold([{ probability: 0.9, right: false }], 3)).toBe(0.5);
    expect(bestThreshold([], 0)).toBe(0.5);
  });
});
