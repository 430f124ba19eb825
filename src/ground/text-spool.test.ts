import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTextSpool } from './text-spool.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chineseblue-spool-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const LONG = '长'.repeat(3 << 20);

describe('text spool', () => {
  it.each(['utf8', 'utf16le'] as const)(
    'reads back what was added, before and after it is on disk: %s',
    (encoding) => {
      const spool = createTextSpool(join(folder, encoding), encoding);
      const texts = ['头痛', '', '😀', LONG, 'a', LONG.slice(1), ''];
      for (const [i, text] of texts.entries()) {
        spool.add(text);
        expect(spool.read(i) === text).toBe(true);
      }
      expect(texts.every((text, i) => spool.read(i) === text)).toBe(true);
      expect([...spool.texts()].every((text, i) => text === texts[i])).toBe(true);
      expect(spool.size).toBe(texts.length);
      spool.close();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('keeps half of a surrogate pair in UTF-16', () => {
    const spool = createTextSpool(join(folder, 'half'), 'utf16le');
    spool.add('\ud83d');
    expect(spool.read(0)).toBe('\ud83d');
    spool.close();
  });

  it('names the directory on request, and reports a full disk', () => {
    expect(() => createTextSpool(join(folder, 'no', 'file'), 'utf8', 'here')).toThrow(
      expect.objectContaining({ code: 'file-missing', place: expect.objectContaining({ file: 'here' }) }),
    );
    if (!existsSync('/dev/full')) return;
    const spool = createTextSpool('/dev/full', 'utf16le', 'disk');
    expect(() => spool.add(LONG)).toThrow(
      expect.objectContaining({ code: 'disk-full', place: expect.objectContaining({ file: 'disk' }) }),
    );
  });
});
