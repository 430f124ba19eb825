import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyHowTo, copyTree, readHowTos, runHowTo, touchedBy } from '../scripts/howto.ts';

const root = join(import.meta.dirname, '..');
const howTos = readHowTos(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));

/** What is added, and how many existing files may change for it: one registry line. */
const EXPECTED: Readonly<Record<string, number>> = {
  'Add a task': 1,
  'Add a family': 1,
  'Add a model kind': 1,
  'Add an architecture': 1,
  'Add a format': 1,
};

describe('how-tos of docs/architecture.md', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'chineseblue-howto-'));
    copyTree(root, copy);
    for (const howTo of howTos) applyHowTo(howTo, copy);
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('exist for everything that is meant to be added', () => {
    expect(howTos.map(({ title }) => title).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const howTo of howTos) {
    it(`${howTo.title}: one folder and one line`, () => {
      const { made, changed } = touchedBy(howTo);
      const sources = made.filter((file) => file.startsWith('src/'));
      const folders = new Set(sources.map((file) => file.slice(0, file.lastIndexOf('/'))));
      expect([folders.size, changed.length]).toEqual([1, EXPECTED[howTo.title]]);
    });

    it(`${howTo.title}: does what the page says`, { timeout: 120_000 }, () => {
      expect(runHowTo(howTo, copy)).toBe('');
    });
  }

  it('leave a tree that compiles', { timeout: 180_000 }, () => {
    const run = (command: string, ...args: string[]) =>
      spawnSync(join(root, 'node_modules/.bin', command), args, { cwd: copy, encoding: 'utf8' });
    const config = join(copy, 'tsconfig.json');
    const types = run('tsc', '--noEmit', '-p', config);
    expect(types.stdout).toBe('');
  });
});
