import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeJson } from '../ground/files.ts';
import { hashFile, seal } from '../ground/hash.ts';
import { keepRun } from './fixtures/kept.ts';
import { clearRun, listRuns, readRun, writeRecord } from './store.ts';

let root: string;
let whole: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chineseblue-store-'));
  whole = await keepRun(root, 'cMedIC', 'whole', () => ({ label: '0' }));
});
afterAll(() => rm(root, { recursive: true }));

let copies = 0;
/** A copy of a run below a separate directory. */
async function copy(): Promise<string> {
  const directory = join(root, `copy-${copies++}`, basename(whole));
  await cp(whole, directory, { recursive: true });
  return directory;
}

const change = async (file: string, from: string | RegExp, to: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(from);
  await writeFile(file, text.replace(from, to));
};

/** Writes scores of any shape, and a record that names them by their hash. */
async function rescore(directory: string, scores: unknown): Promise<void> {
  const { record } = await readRun(directory);
  const file = join(directory, 'scores.json');
  await writeJson(file, scores);
  const files = { ...record.files, scores: await hashFile(file) };
  await writeRecord(join(directory, 'run.json'), { ...record, files });
}

describe('readRun', () => {
  it('restores numbers that JSON cannot represent', async () => {
    const directory = await copy();
    const { scores } = await readRun(directory);
    const [first, second, ...rest] = scores.subsets.all.scores;
    const values = [{ ...first, value: 'Infinity' }, { ...second, value: 'NaN' }, ...rest];
    await rescore(directory, { ...scores, subsets: { all: { ...scores.subsets.all, scores: values } } });
    const run = await readRun(directory);
    expect(run.scores.subsets.all.scores.slice(0, 2).map(({ value }) => value)).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it('notices a changed label, number or byte in every file, names it and says what to do', async () => {
    for (const [name, from, to] of [
      ['predictions.jsonl', '"label":"0"', '"label":"1"'],
      ['scores.json', /"value": [0-9.]+/, '"value": 0.999'],
      ['scores.json', /\n$/, ''],
      ['run.json', /"seed": 0/, '"seed": 1'],
      ['run.json', /"fitSeconds": 1/, '"fitSeconds": 2'],
      ['run.json', /"predictions": "./, '"predictions": "x'],
    ] as const) {
      const directory = await copy();
      const file = join(directory, name);
      await change(file, from, to);
      const advice = name === 'scores.json' ? 'scored again' : '--force';
      await expect(readRun(directory), `${name} ${from}`).rejects.toMatchObject({
        code: 'damaged-run',
        place: { file },
        hint: expect.stringContaining(advice),
      });
    }
  });

  it('names a file that is missing from a finished run', async () => {
    for (const name of ['predictions.jsonl', 'scores.json']) {
      const directory = await copy();
      await rm(join(directory, name));
      await expect(readRun(directory)).rejects.toMatchObject({
        code: 'damaged-run',
        place: { file: join(directory, name) },
      });
    }
  });

  it('names the field where valid JSON has another shape, even under the right hash', async () => {
    const directory = await copy();
    const { scores, record } = await readRun(directory);
    const all = scores.subsets.all;
    for (const [wrong, field] of [
      [{ ...scores, subsets: undefined }, 'subsets'],
      [{ ...scores, subsets: {} }, 'subsets'],
      [{ ...scores, subsets: { all: { ...all, scores: 'x' } } }, 'subsets.all.scores'],
      [{ ...scores, subsets: { all: { ...all, scores: [null] } } }, 'subsets.all.scores.0'],
      [{ ...scores, primary: 'another' }, 'subsets'],
      [{ ...scores, coverage: 7 }, 'coverage'],
      [{ ...scores, floors: [] }, 'floors'],
    ] as const) {
      await rescore(directory, wrong);
      await expect(readRun(directory)).rejects.toMatchObject({ code: 'damaged-run', place: { field } });
      await restore(directory, scores);
    }
    const file = join(directory, 'run.json');
    for (const [wrong, field] of [
      [{ times: null }, 'times'],
      [{ model: { id: 'x' } }, 'model.name'],
      [{ corpus: {} }, 'corpus'],
      [{ task: 'cMedIC' }, 'task'],
      [{ split: 'tset' }, 'split'],
      [{ examples: 3 }, 'examples'],
      [{ files: undefined }, 'files'],
    ] as const) {
      await writeFile(file, JSON.stringify(seal({ ...record, ...wrong })));
      await expect(readRun(directory)).rejects.toMatchObject({ code: 'damaged-run', place: { file, field } });
    }
    const nested = `{"schema":"chineseblue/run@3","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const text of [
      nested,
      'null',
      '[]',
      '7',
      '"x"',
      '{"schema"',
      '{"schema":7}',
      '{"schema":"else"}',
      '',
    ]) {
      await writeFile(file, text);
      await expect(readRun(directory), text).rejects.toMatchObject({ code: 'damaged-run', place: { file } });
    }
    await writeFile(file, '{"schema":"chineseblue/run@1"}');
    await expect(readRun(directory)).rejects.toMatchObject({
      code: 'other-schema',
      place: { field: 'schema' },
    });
  });
});

/** Copies a run and gives its scores another shape. */
async function restore(directory: string, scores: unknown): Promise<void> {
  await rm(directory, { recursive: true });
  await cp(whole, directory, { recursive: true });
  await rescore(directory, scores);
}

describe('listRuns', () => {
  it('lists finished runs by age, leaves out unfinished ones, and names those it skips', async () => {
    const runs = await mkdtemp(join(root, 'list-'));
    const keep = async (name: string): Promise<string> => {
      const directory = join(runs, name);
      await cp(whole, directory, { recursive: true });
      return directory;
    };
    const { record } = await readRun(await keep('new'));
    const old = await keep('old');
    const times = { ...record.times, startedAt: '2025-01-01T00:00:00.000Z' };
    await writeRecord(join(old, 'run.json'), { ...record, times });
    const unscored = await keep('unscored');
    const { scores: _, ...files } = record.files;
    await writeRecord(join(unscored, 'run.json'), { ...record, files });
    await mkdir(join(runs, 'begun'));
    await writeFile(join(await keep('damaged'), 'run.json'), '{"schema"');
    await writeFile(join(await keep('earlier'), 'run.json'), '{"schema":"chineseblue/run@1"}');
    await rm(join(await keep('gone'), 'scores.json'));
    const skipped: string[] = [];
    const listed = await listRuns(runs, {
      onSkip: (directory, { code }) => skipped.push(`${basename(directory)} ${code}`),
    });
    expect(listed.map(({ directory }) => basename(directory))).toEqual(['old', 'new']);
    expect(skipped.sort()).toEqual(['damaged damaged-run', 'earlier other-schema', 'gone damaged-run']);
    expect(await listRuns(join(root, 'absent'))).toEqual([]);
  });
});

it('clears everything of a run but its lock', async () => {
  const directory = await copy();
  for (const name of ['lock', 'lock.0f', 'model.bin.new']) await mkdir(join(directory, name));
  await clearRun(directory);
  expect(
    ['lock', 'lock.0f', 'model.bin.new', 'run.json'].map((name) => existsSync(join(directory, name))),
  ).toEqual([true, true, false, false]);
});
