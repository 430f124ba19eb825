import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formats } from '../../src/datasets/formats/registry.ts';
import { importFormats } from '../../src/datasets/imports/registry.ts';
import { createRandom } from '../../src/ground/random.ts';
import { cblueTasks } from '../../src/tasks/cblue/tasks.ts';
import { promptcblueTasks } from '../../src/tasks/promptcblue/tasks.ts';
import { mutate } from './mutations.ts';
import { FAULTS, judge, prepare, type Verdict } from './oracle.ts';
import { clinicalTasks } from './readers/clinical.ts';
import { corpusTasks } from './readers/corpora.ts';
import { imports } from './readers/imports.ts';
import { readers } from './readers.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-fuzz-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A few of the cases of `npm run fuzz`, which runs many more of them under watch. */
const SEED = 2611;
const CASES = 20;
/** Of readers whose cases take tenths of a second. */
const SLOW: Readonly<Record<string, number>> = { 'pretraining corpora': 6, runs: 10 };
/** Preparing it trains a BERT; src/models/bert/kind.test.ts damages every file of such a folder. */
const quick = readers.filter(({ name }) => name !== 'fine-tuned folders');

describe('mutated files are read to the same or a valid result, or refused by a typed error that names them', () => {
  it.each(quick.map((reader) => [reader.name, reader] as const))('%s', async (name, reader) => {
    const folder = mkdtempSync(join(scratch, 'reader-'));
    const prepared = await prepare(await reader.prepare(folder));
    const faults: (Verdict & { readonly number: number })[] = [];
    for (let number = 0; number < (SLOW[name] ?? CASES); number++) {
      const verdict = await judge(prepared, name, SEED, number);
      if (FAULTS.some((fault) => fault === verdict.outcome)) faults.push({ number, ...verdict });
    }
    expect(faults).toEqual([]);
  });
});

describe('mutated files', () => {
  it('cover every corpus format', () => {
    const read = [...corpusTasks, ...clinicalTasks, ...cblueTasks, ...promptcblueTasks];
    const formatsOf = read.flatMap(({ corpus }) => [corpus.format, corpus.alternative?.format]);
    const covered = ['jsonl', ...formatsOf];
    expect(Object.keys(formats).filter((name) => !covered.includes(name))).toEqual([]);
  });

  it('cover every import format', async () => {
    const folder = mkdtempSync(join(scratch, 'formats-'));
    const covered = new Set<string>();
    for (const { read } of await imports.prepare(folder)) {
      const { sources = [] } = (await read()) as {
        readonly sources?: readonly { readonly format: string }[];
      };
      for (const { format } of sources) covered.add(format);
    }
    const known = [...Object.keys(importFormats), 'xlsx', 'parquet', 'brat'];
    expect(known.filter((name) => !covered.has(name))).toEqual([]);
  });
});

describe('the oracle', () => {
  const file = join(scratch, 'watched');
  const read = (what: (text: string) => unknown) => async (): Promise<unknown> => {
    return what(readFileSync(file, 'utf8'));
  };
  const outcomeOf = async (hashed: boolean, what: (text: string) => unknown): Promise<Set<string>> => {
    writeFileSync(file, 'content');
    const prepared = await prepare([{ name: 'x', file, shape: 'bytes', hashed, read: read(what) }]);
    const outcomes = new Set<string>();
    for (let number = 0; number < 20; number++) outcomes.add((await judge(prepared, 'x', 1, number)).outcome);
    return outcomes;
  };

  it('detects changes of hashed content, crashes and NaN', async () => {
    expect(await outcomeOf(true, (text) => text)).toContain('silent');
    expect(await outcomeOf(false, (text) => text)).not.toContain('silent');
    expect(await outcomeOf(false, (text) => (text === 'content' ? 1 : Number.NaN))).toContain('unsound');
    const crash = (text: string): unknown => (text === 'content' ? 1 : JSON.parse('{'));
    expect(await outcomeOf(false, crash)).toContain('crash');
  });

  it('is repeatable: equal seeds make equal mutations', () => {
    const bytes = Buffer.from('{"a": [1, 2]}\n{"b": "头痛"}\n');
    const some = (seed: number): string[] =>
      Array.from({ length: 50 }, (_, i) =>
        mutate(bytes, 'lines', createRandom(seed, String(i))).bytes.toString('hex'),
      );
    expect(some(3)).toEqual(some(3));
    expect(new Set(some(3)).size).toBeGreaterThan(30);
  });
});
