import fc from 'fast-check';
import { expect, it } from 'vitest';
import { positionsOf, readCharacters } from '../mentions/characters.ts';
import { decodeTags, encodeTags, tagName } from './tags.ts';

const TYPES = ['a', 'b'];
const named = (text: string, entities: { start: number; end: number; type: string }[]): string[] =>
  Array.from(encodeTags(readCharacters(text), entities, TYPES), (tag) => tagName(tag, TYPES));

it('encodes a mention as B and I', () => {
  expect(named('患肺癌了', [{ start: 1, end: 3, type: 'b' }])).toEqual(['O', 'B_b', 'I_b', 'O']);
});

it('keeps the longest of overlapping mentions, the first of equals', () => {
  const short = { start: 0, end: 2, type: 'a' };
  expect(named('一二三四', [short, { start: 1, end: 4, type: 'b' }])).toEqual(['O', 'B_b', 'I_b', 'I_b']);
  expect(named('一二三', [{ start: 1, end: 3, type: 'b' }, short])).toEqual(['B_a', 'I_a', 'O']);
});

it('leaves out unknown types, empty mentions and mentions outside the text', () => {
  const strange = [
    { start: 0, end: 1, type: 'c' },
    { start: 1, end: 1, type: 'a' },
    { start: 1, end: 9, type: 'a' },
    { start: -1, end: 1, type: 'a' },
  ];
  expect(named('一二', strange)).toEqual(['O', 'O']);
});

it('keeps neighbours of one type apart', () => {
  const characters = readCharacters('鼻塞流涕');
  const entities = [
    { start: 0, end: 2, type: 'a' },
    { start: 2, end: 4, type: 'a' },
  ];
  expect(decodeTags(characters, encodeTags(characters, entities, TYPES), TYPES)).toEqual(entities);
});

it('counts a character beyond the basic plane as one position and gives offsets in code units', () => {
  const characters = readCharacters('😀肺癌𠮷');
  expect(characters.length).toBe(4);
  expect(Array.from(positionsOf(characters))).toEqual([0, 0, 1, 2, 3, 3, 4]);
  const entities = [
    { start: 0, end: 2, type: 'a' },
    { start: 3, end: 6, type: 'b' },
  ];
  expect(decodeTags(characters, encodeTags(characters, entities, TYPES), TYPES)).toEqual(entities);
});

it('folds case and width', () => {
  expect(Array.from(readCharacters('ＡbＣ１').codes)).toEqual(Array.from(readCharacters('aBc1').codes));
});

it('round-trips every set of non-overlapping mentions, in any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('肺', '😀', 'a', '，', '\ud83d', '\ude00'), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (units, cuts) => {
        const characters = readCharacters(units.join(''));
        const at = [...new Set(cuts.map((cut) => cut % (characters.length + 1)))].sort((a, b) => a - b);
        const entities = at.slice(1).map((end, i) => ({
          start: characters.starts[at[i]],
          end: characters.starts[end],
          type: TYPES[i % 2],
        }));
        expect(decodeTags(characters, encodeTags(characters, entities, TYPES), TYPES)).toEqual(entities);
      },
    ),
  );
});
