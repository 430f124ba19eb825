import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { writeSubsets } from '../datasets/subsets.ts';
import { scorePredictions } from '../scoring/score-sheet.ts';
import type { Labelled } from '../tasks/families/shared/types.ts';
import { findTask } from '../tasks/registry.ts';
import { keepRun } from './fixtures/kept.ts';
import { addIntervals } from './mean-intervals.ts';
import { openRuns } from './opened.ts';
import { readRun, type StoredRun } from './store.ts';
import { summarize } from './summary.ts';

const task = findTask('cMedIC');
const [first, second] = task.labels.map(({ id }) => id);
const places = { dataDir: samplesDir(), among: [task] };
const nowhere = { ...places, dataDir: '/nowhere' };
let runsDir: string;
let runs: StoredRun[];

/** A run that is right except on the first `seed` examples. */
const keep = async (seed: number): Promise<StoredRun> =>
  readRun(
    await keepRun(
      runsDir,
      'cMedIC',
      'linear',
      ({ gold }, index) => {
        const { label } = gold as Labelled;
        return { label: index >= seed ? label : label === first ? second : first };
      },
      { seed },
    ),
  );
const fileOf = ({ directory }: StoredRun): string => join(directory, 'mean-interval.json');
/** The same runs as if on a corpus that is not a sample. */
const real = (runs: readonly StoredRun[]): StoredRun[] =>
  runs.map((run) => ({ ...run, record: { ...run.record, synthetic: false } }));

beforeAll(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'chineseblue-mean-'));
  runs = await Promise.all([0, 1, 5].map(keep));
});
afterEach(() => rm(fileOf(runs[0]), { recursive: true, force: true }));
afterAll(() => rm(runsDir, { recursive: true, force: true }));

describe('intervals of means', () => {
  it('contain the mean, and do not depend on the order of the runs', async () => {
    const [summary] = await addIntervals(summarize(runs), places);
    const { mean, interval } = summary;
    expect(mean).toBeCloseTo(1 - 2 / 60, 12);
    expect(interval!.estimate).toBeCloseTo(mean, 12);
    expect(interval!.low).toBeLessThan(mean);
    expect(interval!.high).toBeGreaterThan(mean);
    expect(interval!.units).toBe(60);
    expect(summary.subsets.all.interval).toEqual(interval);
    const [again] = await addIntervals(summarize(runs.toReversed()), places);
    expect(again.interval).toEqual(interval);
  });

  it('leave the interval of one run as it is', async () => {
    const summaries = summarize([runs[2]]);
    expect(await addIntervals(summaries, nowhere)).toEqual(summaries);
    expect(summaries[0].interval).toBeDefined();
  });

  it('are kept, so that they need no gold the next time, and are not reused for other runs', async () => {
    const others = real(runs);
    const [{ interval }] = await addIntervals(summarize(others), places);
    expect((await addIntervals(summarize(others), nowhere))[0]).toMatchObject({ interval });
    const [{ interval: fewer, noInterval }] = await addIntervals(summarize(others.slice(0, 2)), nowhere);
    expect([fewer, noInterval?.code]).toEqual([undefined, 'split-absent']);
  });

  it('are computed again where the kept one was altered or truncated', async () => {
    const [{ interval }] = await addIntervals(summarize(runs), places);
    const file = fileOf(runs[0]);
    const text = await readFile(file, 'utf8');
    for (const damaged of [
      text.replace(/"low": [\d.]+/, '"low": 0'),
      text.slice(0, 90),
      '[]',
      '\uFEFF',
      '',
    ]) {
      expect(damaged).not.toBe(text);
      await writeFile(file, damaged);
      expect((await addIntervals(summarize(runs), places))[0].interval).toEqual(interval);
      expect(await readFile(file, 'utf8')).toBe(text);
    }
  });

  it('are absent, with the reason, where gold is not available', async () => {
    const [summary] = await addIntervals(summarize(real(runs)), nowhere);
    expect(summary.interval).toBeUndefined();
    expect(summary.noInterval).toMatchObject({ code: 'split-absent' });
    // The samples come with the package.
    const [sample] = await addIntervals(summarize(runs), nowhere);
    expect([sample.noInterval, sample.interval?.units]).toEqual([undefined, 60]);
  });

  it('are returned even where they cannot be kept', async () => {
    await mkdir(join(fileOf(runs[0]), 'in-the-way'), { recursive: true });
    const [{ interval }] = await addIntervals(summarize(runs), places);
    expect(interval!.units).toBe(60);
  });

  it('cover subsets too, where these are available', async () => {
    const { examples, files } = await (await openDataset({ task, dir: samplesDir() })).split('test');
    const clean = new Set(examples.slice(0, 40).map(({ id }) => id));
    const subsets = join(runsDir, 'subsets');
    await writeSubsets(subsets, {
      ...{ schema: 'chineseblue/subsets@1', task: task.id, files },
      splits: { test: { clean: [...clean], leaked: [], conflicting: [] } },
    });
    const scored = await Promise.all(
      runs.map(async (run) => {
        const [{ predictions }] = await openRuns([run.directory], places);
        return { ...run, scores: scorePredictions({ task, examples, predictions, subsets: { clean } }) };
      }),
    );
    const [summary] = await addIntervals(summarize(scored), { ...places, subsets });
    const { all, clean: part } = summary.subsets;
    expect([all.examples, part.examples]).toEqual([60, 40]);
    expect(part.mean).toBeCloseTo(1 - 2 / 40, 12);
    expect(part.interval).toMatchObject({ units: 40, estimate: part.mean });
    expect(all.interval).toEqual(summary.interval);
    const [plain] = summarize(scored);
    expect(plain.subsets.clean.interval).toBeUndefined();
  });

  it('stop when aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(addIntervals(summarize(runs), { ...places, signal })).rejects.toThrow();
  });
});
