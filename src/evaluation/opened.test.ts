import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { hashFile } from '../ground/hash.ts';
import type { Labelled } from '../tasks/families/shared/types.ts';
import { keepRun } from './fixtures/kept.ts';
import { openRuns } from './opened.ts';
import { readRecord, writeRecord } from './store.ts';

const dataDir = samplesDir();
let runsDir: string;

const keep = (model: string, change?: { sha256: string }): Promise<string> =>
  keepRun(runsDir, 'cMedIC', model, ({ gold }) => ({ label: (gold as Labelled).label }), change);

beforeAll(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'chineseblue-opened-'));
});
afterAll(() => rm(runsDir, { recursive: true, force: true }));

describe('openRuns', () => {
  it('opens runs by directory, id, and the beginning of an id, with the examples that they answered', async () => {
    const directory = await keep('first');
    const runs = await openRuns([directory, 'cMedIC-test-first-s0', 'cMedIC-test-fir'], { runsDir, dataDir });
    expect(runs.map(({ record }) => record.model.id)).toEqual(['first', 'first', 'first']);
    expect(runs[0].predictions).toHaveLength(runs[0].examples.length);
    expect(runs[0].examples).toBe(runs[1].examples);
    expect(runs[0].predictions[0]).toEqual({ label: (runs[0].examples[0].gold as { label: string }).label });
  });

  it('lists the matching names', async () => {
    await keep('first');
    await keep('second');
    await expect(openRuns(['cMedIC-test'], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'ambiguous-run',
    });
    await expect(openRuns(['cMedIC-tst-second-s0'], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'unknown-run',
      hint: expect.stringContaining('cMedIC-test-second-s0'),
    });
    await expect(openRuns(['x'], { runsDir: join(runsDir, 'none'), dataDir })).rejects.toMatchObject({
      code: 'unknown-run',
    });
  });

  it('names the record of a run with an unknown task', async () => {
    const directory = await keep('foreign');
    const file = join(directory, 'run.json');
    const record = await readRecord(file);
    await writeRecord(file, { ...record, task: { ...record.task, id: 'triage' } });
    await expect(openRuns([directory], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'unknown-task',
      place: { file, field: 'task.id' },
    });
  });

  it('refuses a run of another corpus', async () => {
    const directory = await keep('other', { sha256: '0'.repeat(64) });
    await expect(openRuns([directory], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'other-corpus',
      place: { field: 'corpus' },
    });
  });

  it('refuses predictions that were changed, and those of other examples', async () => {
    const directory = await keep('strange');
    const file = join(directory, 'predictions.jsonl');
    await writeFile(file, '{"id":"nobody","label":"0"}\n');
    await expect(openRuns([directory], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'damaged-run',
      place: { file },
    });
    const { sha256: _, ...rest } = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8'));
    const files = { ...rest.files, predictions: await hashFile(file) };
    await writeRecord(join(directory, 'run.json'), { ...rest, files });
    await expect(openRuns([directory], { runsDir, dataDir })).rejects.toMatchObject({
      code: 'unknown-id',
      place: { line: 1 },
    });
  });
});
