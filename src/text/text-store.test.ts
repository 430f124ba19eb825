import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDistinctTexts } from './distinct-texts.ts';
import { createTextStore } from './text-store.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'chineseblue-store-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** All in memory; on disk after the first half; all on disk. */
const LIMITS = [Number.POSITIVE_INFINITY, 40_000, 0];

describe('text store', () => {
  it.each(LIMITS)('reads texts by number where %s bytes are held', (mostHeld) => {
    using store = createTextStore({ mostHeld, directory });
    const texts = Array.from({ length: 10_000 }, (_, i) => `第${i}例\ud83d`);
    for (const text of texts) store.add(text);
    expect(store.size).toBe(texts.length);
    expect(texts.every((text, i) => store.read(i) === text)).toBe(true);
  });

  it('unlinks its file, so that nothing is left behind however the process ends', () => {
    using store = createTextStore({ mostHeld: 0, directory });
    store.add('头痛');
    expect(readdirSync(directory)).toEqual([]);
    expect(store.read(0)).toBe('头痛');
  });

  it('names the directory where no file can be made', () => {
    using store = createTextStore({ mostHeld: 0, directory: join(directory, 'none') });
    expect(() => store.add('头痛')).toThrow(
      expect.objectContaining({
        code: 'file-missing',
        place: expect.objectContaining({ file: join(directory, 'none') }),
      }),
    );
  });
});

describe('distinct texts', () => {
  it.each(LIMITS)('have one number each where %s bytes are held', (mostHeld) => {
    using store = createTextStore({ mostHeld, directory });
    const distinct = createDistinctTexts(store);
    const numbers = new Map<string, number>();
    const wrong: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      const text = `例${(i * 7919) % 9001}`;
      const known = numbers.get(text) ?? numbers.size;
      numbers.set(text, known);
      if (distinct.add(text) !== known) wrong.push(text);
    }
    expect(wrong).toEqual([]);
    expect([distinct.size, distinct.find('例8'), distinct.find('无')]).toEqual([
      9001,
      numbers.get('例8'),
      -1,
    ]);
  });
});
