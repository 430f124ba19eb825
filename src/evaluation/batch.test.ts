import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluateBatch, planBatch } from './batch.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-batch-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tasks = [findTask('cMedIC')];
const request = () => ({
  ...{ tasks, required: true, models: ['majority'], seeds: [0], parameters: {}, split: 'test' as const },
  ...{ source: 'primary' as const, dataDir: samplesDir(), root: folder, keepModel: false, force: false },
});

describe('a batch', () => {
  it('is evaluated, summarized and written as a page', async () => {
    const { plans } = await planBatch(request());
    const results = join(folder, 'results.md');
    const { runs, summaries, failures } = await evaluateBatch(plans, { jobs: 1, tasks, results });
    expect([runs.length, summaries.length, failures]).toEqual([1, 1, []]);
    expect(summaries[0]).toMatchObject({
      task: 'cMedIC',
      model: { en: 'majority' },
      primary: tasks[0].primary,
    });
    expect(await readFile(results, 'utf8')).toContain('cMedIC');
  });

  it('refuses a required task without data, and skips others', async () => {
    await expect(planBatch({ ...request(), dataDir: folder })).rejects.toMatchObject({
      code: 'split-absent',
      place: { file: join(folder, 'cMedIC', 'test.txt') },
    });
    const { plans, absent } = await planBatch({ ...request(), dataDir: folder, required: false });
    expect([plans, absent]).toEqual([[], tasks]);
  });

  it('takes only the tasks that have the requested second format', async () => {
    const both = [...tasks, findTask('cMedQANER')];
    const { plans, absent } = await planBatch({
      ...request(),
      ...{ tasks: both, required: false, source: 'alternative' as const },
    });
    expect(plans.map(({ task }) => task.id)).toEqual(['cMedQANER']);
    expect(absent).toEqual(tasks);
  });
});
