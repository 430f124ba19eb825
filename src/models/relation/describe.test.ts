import { expect, it } from 'vitest';
import { describePairFeature } from './describe.ts';
import { pairFeatures, pairsOf } from './pairs.ts';

const text = '患者有肺炎、糖尿病。建议用青霉素，肺炎好转';
const mentions = [
  { start: 3, end: 5, type: '疾病' },
  { start: 6, end: 9, type: '疾病' },
  { start: 13, end: 16, type: '药物' },
  { start: 17, end: 19, type: '疾病' },
];

it('every feature has a Chinese name', () => {
  const names = pairsOf(text, mentions).flatMap((pair) => [...pairFeatures(text, pair, mentions)]);
  expect(new Set(names).size).toBeGreaterThan(100);
  for (const name of names) expect(describePairFeature(name).zh).not.toMatch(/[a-z]/i);
});

it('keeps what was found in the text, and the English name', () => {
  expect(describePairFeature('between > ~ after subject')).toEqual({
    en: 'between > ~ after subject',
    zh: '其间 > 含 after subject',
  });
  expect(describePairFeature('a 疾病 between <').zh).toBe('其间有疾病 <');
});
