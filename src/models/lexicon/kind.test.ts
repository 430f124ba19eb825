import { describe, expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';
import { learnEntries } from './learn.ts';
import { createMatcher } from './matcher.ts';

const yieldNow = (): undefined => undefined;

describe('createMatcher', () => {
  const words = (text: string, ...known: string[]): string[] =>
    createMatcher(known)(text).map(({ start, end }) => text.slice(start, end));

  it('takes the leftmost match, and there the longest', () => {
    expect(words('急性胃炎发作', '胃炎', '急性胃炎', '急性')).toEqual(['急性胃炎']);
    expect(words('上呼吸道感染', '上呼吸道', '呼吸道感染')).toEqual(['上呼吸道']);
    expect(words('急性胃痛', '急性胃炎', '急性')).toEqual(['急性']);
    expect(words('头痛头痛', '头痛')).toEqual(['头痛', '头痛']);
  });

  it('does not cut Latin words and numbers', () => {
    expect(words('super er 2ct', 'er', 'ct')).toEqual(['er']);
    expect(words('做CT检查', 'CT')).toEqual(['CT']);
    expect(words('CTA', 'CT', 'CTA')).toEqual(['CTA']);
  });

  it('finds nothing in an empty text', () => {
    expect(words('', 'a')).toEqual([]);
    expect(words('a', '')).toEqual([]);
  });
});

describe('learnEntries', () => {
  const mark = (text: string, ...mentions: [number, number, string][]) => ({
    text,
    mentions: mentions.map(([start, end, value]) => ({ start, end, value })),
  });

  it('counts how often a longest match is right, and leaves out what is mostly wrong', async () => {
    const marked = [
      mark('心脏病', [0, 3, 'disease']),
      mark('心脏', [0, 2, 'organ']),
      mark('心情好', [0, 1, 'organ']),
      mark('心烦心累'),
    ];
    expect(await learnEntries(marked, 0, yieldNow)).toEqual([
      { word: '心', value: 'organ', found: 3, right: 1 },
      { word: '心脏', value: 'organ', found: 1, right: 1 },
      { word: '心脏病', value: 'disease', found: 1, right: 1 },
    ]);
    expect((await learnEntries(marked, 0.5, yieldNow)).map(({ word }) => word)).toEqual(['心脏', '心脏病']);
  });

  it('gives a word its most frequent value', async () => {
    const marked = [mark('发热', [0, 2, 'b']), mark('发热', [0, 2, 'a']), mark('发热', [0, 2, 'b'])];
    expect(await learnEntries(marked, 0, yieldNow)).toEqual([
      { word: '发热', value: 'b', found: 3, right: 2 },
    ]);
  });

  it('lets shorter words match again in place of one that was left out', async () => {
    const marked = [
      mark('咳嗽有痰', [0, 4, 'x']),
      ...Array.from({ length: 3 }, () => mark('咳嗽有痰', [0, 2, 'x'])),
    ];
    expect(await learnEntries(marked, 0.5, yieldNow)).toEqual([
      { word: '咳嗽', value: 'x', found: 4, right: 3 },
    ]);
  });
});

it('gives a symptom the status that its name usually has', async () => {
  const dialogue = (text: string, status: 'true' | 'false'): Example<'dialogue'> => ({
    id: text + status,
    input: { turns: [{ speaker: '患者', text }] },
    gold: {
      symptoms: [{ name: '发热', status }],
      entities: [{ turn: 0, start: 0, end: 2, name: '发热', status: 'true' }],
    },
  });
  const train = [dialogue('发烧了', 'false'), dialogue('发热了', 'true'), dialogue('发烧吗', 'false')];
  const predictor = await fitOn<'dialogue'>(findModel('lexicon'), findTask('CMDD'), train);
  const [{ symptoms, entities }] = await predict<'dialogue'>(predictor, [
    { turns: [{ speaker: '医生', text: '又发烧，发热？' }] },
  ]);
  expect(symptoms).toEqual([{ name: '发热', status: 'false' }]);
  expect(entities).toEqual([
    { turn: 0, start: 1, end: 3, name: '发热', status: 'false' },
    { turn: 0, start: 4, end: 6, name: '发热', status: 'false' },
  ]);
});
