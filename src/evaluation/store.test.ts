import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { listRuns, lockRun, readRun } from './store.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chineseblue-store-'));
});

const record = (startedAt: string) => JSON.stringify({ schema: 'chineseblue/run@2', times: { startedAt } });

async function keep(name: string, files: Record<string, string>): Promise<string> {
  const directory = join(root, name);
  await mkdir(directory);
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory, file), content);
  return directory;
}

describe('lockRun', () => {
  it('refuses a second process while the first holds the run, and unlocks it', async () => {
    const directory = join(root, 'run');
    const unlock = await lockRun(directory);
    await expect(lockRun(directory)).rejects.toMatchObject({ code: 'run-in-use' });
    await unlock();
    await (await lockRun(directory))();
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });

  it('takes over from a process that is gone, and from a lock that was cut off', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const directory = await keep('dead', { lock: JSON.stringify({ pid, host: hostname() }) });
    const unlock = await lockRun(directory);
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8')).pid).toBe(process.pid);
    await unlock();
    await (await lockRun(await keep('cut', { lock: '{"pi' })))();
  });

  it('never takes over from another machine', async () => {
    const directory = await keep('remote', { lock: JSON.stringify({ pid: 1, host: `not-${hostname()}` }) });
    await expect(lockRun(directory)).rejects.toMatchObject({ code: 'run-in-use' });
  });
});

describe('readRun and listRuns', () => {
  it('brings back numbers that JSON cannot hold', async () => {
    const scores = JSON.stringify({
      schema: 'chineseblue/scores@2',
      subsets: {
        all: {
          scores: [
            { convention: 'a', value: 'Infinity' },
            { convention: 'b', value: 'NaN' },
          ],
        },
      },
    });
    const run = await readRun(await keep('odd', { 'run.json': record('2026'), 'scores.json': scores }));
    expect(run.scores.subsets.all.scores.map(({ value }) => value)).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it('lists finished runs by age and leaves out unfinished ones', async () => {
    const scores = JSON.stringify({ schema: 'chineseblue/scores@2' });
    await keep('b', { 'run.json': record('2026-02'), 'scores.json': scores });
    await keep('a', { 'run.json': record('2026-03'), 'scores.json': scores });
    await keep('unfinished', { 'run.json': record('2026-01') });
    expect((await listRuns(root)).map(({ record }) => record.times.startedAt)).toEqual([
      '2026-02',
      '2026-03',
    ]);
    expect(await listRuns(join(root, 'absent'))).toEqual([]);
  });

  it('lists the others where one run is damaged or of another version, and names those it skips', async () => {
    const scores = JSON.stringify({ schema: 'chineseblue/scores@2' });
    await keep('good', { 'run.json': record('2026-02'), 'scores.json': scores });
    await keep('damaged', { 'run.json': '{"schema"', 'scores.json': scores });
    await keep('old', { 'run.json': '{"schema":"chineseblue/run@1"}', 'scores.json': scores });
    const skipped: string[] = [];
    const runs = await listRuns(root, {
      onSkip: (directory, { code }) => skipped.push(`${basename(directory)} ${code}`),
    });
    expect(runs).toHaveLength(1);
    expect(skipped.sort()).toEqual(['damaged damaged-run', 'old other-schema']);
  });

  it('names the damaged file', async () => {
    const directory = await keep('damaged', { 'run.json': '{"schema"' });
    await expect(readRun(directory)).rejects.toMatchObject({
      code: 'damaged-run',
      place: { file: join(directory, 'run.json') },
    });
    const old = await keep('old', { 'run.json': '{"schema":"chineseblue/run@1"}' });
    await expect(readRun(old)).rejects.toMatchObject({ code: 'other-schema', place: { field: 'schema' } });
    const other = await keep('other', { 'run.json': '{"schema":"else"}' });
    await expect(readRun(other)).rejects.toMatchObject({ code: 'damaged-run', place: { field: 'schema' } });
  });
});
