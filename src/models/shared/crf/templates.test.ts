import { describe, expect, it } from 'vitest';
import { createKeyTable } from '../key-table.ts';
import { readCharacters } from '../mentions/characters.ts';
import { buildLexicon } from '../mentions/lexicon.ts';
import { eachWord } from '../mentions/words.ts';
import { eachAttribute } from './dataset.ts';
import { REACH, readTracks, TEMPLATE_GROUPS, templatesOf } from './templates.ts';

const text = '患者因肺癌入院';
const characters = readCharacters(text);
const words = new Map<string, number>();
eachWord(text, characters, (word) => words.set(word, 2 + words.size));
const lexicon = buildLexicon([{ characters, spans: [{ from: 3, to: 5, type: 0 }] }], 1);
const vocabulary = { types: ['疾病'], words, lexicon };
const templates = templatesOf(TEMPLATE_GROUPS);
const tracks = readTracks(text, characters, templates, vocabulary, 7);
const inside = (track: Uint16Array): number[] => Array.from(track.subarray(REACH, REACH + characters.length));

describe('tracks', () => {
  it('contain the words and the position in them', () => {
    expect(new Set(inside(tracks.word))).toEqual(new Set(words.values()));
    eachWord(text, characters, (word, from, to) => {
      expect(inside(tracks.word).slice(from, to)).toEqual(Array(to - from).fill(words.get(word)));
      expect(inside(tracks.place)[from]).toBe(to - from === 1 ? 5 : 2);
      if (to - from > 1) expect(inside(tracks.place)[to - 1]).toBe(4);
    });
    expect(tracks.word[REACH - 1]).toBe(1);
  });

  it('contain lexicon matches and their features', () => {
    expect(inside(tracks.matched)).toEqual([2, 2, 2, 3, 5, 2, 2]);
    expect(inside(tracks.side)).toEqual(Array(7).fill(7));
  });

  it('are the same for texts of other case and width', () => {
    const other = readCharacters('Ct１');
    expect(readTracks('Ct１', other, templatesOf(['char']), vocabulary, 0).char).toEqual(
      readTracks('CT1', readCharacters('CT1'), templatesOf(['char']), vocabulary, 0).char,
    );
  });
});

describe('attributes', () => {
  it('have a distinct key for every template and value', () => {
    const names = new Map<string, string>();
    for (let t = 0; t < characters.length; t++) {
      eachAttribute(templates, tracks, t, (high, low) => {
        const template = templates[high >>> 16];
        const values = template.parts.map(({ track, offset }) => tracks[track][t + REACH + offset]);
        const key = `${high} ${low}`;
        const name = `${template.name} = ${values}`;
        expect(names.get(key) ?? name).toBe(name);
        names.set(key, name);
      });
    }
    expect(new Set(names.values()).size).toBe(names.size);
    expect(names.size).toBeGreaterThan(templates.length);
  });

  it('are absent where a part of the template is empty', () => {
    const silent = readTracks(text, characters, templatesOf(['side']), vocabulary, 0);
    let count = 0;
    eachAttribute(templatesOf(['side']), silent, 0, () => count++);
    expect(count).toBe(0);
  });
});

it('a key table numbers keys in order, finds them again and grows', () => {
  const table = createKeyTable(4);
  const keys = Array.from(
    { length: 5000 },
    (_, i) => [Math.imul(i, 0x9e3779b1) >>> 0, (i * 65_537) >>> 0] as const,
  );
  keys.forEach(([high, low], id) => {
    expect(table.add(high, low)).toBe(id);
  });
  keys.forEach(([high, low], id) => {
    expect(table.add(high, low)).toBe(id);
    expect(table.find(high, low)).toBe(id);
  });
  expect(table.find(1, 1)).toBe(-1);
  expect(Array.from(table.keys().high)).toEqual(keys.map(([high]) => high));
});
