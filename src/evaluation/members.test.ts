import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate } from './evaluate.ts';
import { loadKept, trainAndKeep } from './fitted.ts';
import { pathsOf, type StoredRun } from './store.ts';
import { verifyRuns } from './verify.ts';

const dataDir = samplesDir();
const task = findTask('cMedIC');
let folder: string;
let root: string;
let linear: StoredRun;
let knn: StoredRun;

const run = (model: string, more = {}) => evaluate({ task, model, dataDir, root, keepModel: true, ...more });
const combine = (runs: string, more = {}) => run('ensemble', { parameters: { runs }, ...more });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-members-'));
  root = join(folder, 'runs');
  linear = await run('linear');
  knn = await run('knn');
});
afterAll(() => rm(folder, { recursive: true }));

it('takes runs by the beginning of an id or by directory, and is the same run either way', async () => {
  const { record, directory } = await combine('cMedIC-test-linear+cMedIC-test-knn');
  expect(record.model).toMatchObject({
    name: 'ensemble:linear+knn',
    parameters: { runs: `${linear.record.id}+${knn.record.id}`, method: 'average' },
  });
  expect((await combine(`${linear.directory}+${knn.directory}`)).record).toEqual(record);
  expect((await verifyRuns(root)).damaged).toEqual([]);
  const kept = await loadKept(`ensemble:${pathsOf(directory).model}`, task);
  expect(kept.fitted.bytes).toBeGreaterThan(0);
  await appendFile(join(pathsOf(directory).model, 'member-1'), 'x');
  expect((await verifyRuns(root)).damaged).toMatchObject([{ directory }]);
  await rm(directory, { recursive: true });
});

it('is trained and kept', async () => {
  const out = join(folder, 'kept');
  const parameters = { runs: `${linear.directory}+${knn.directory}` };
  const { coverage } = await trainAndKeep({ task, model: 'ensemble', parameters, seed: 0, dataDir, out });
  expect(coverage.missing).toBe(0);
});

it('refuses members of another task, split or corpus, and those whose models were not kept', async () => {
  const other = await run('majority', { task: findTask('cMedQQ') });
  await expect(combine(`${linear.record.id}+${other.record.id}`)).rejects.toMatchObject({
    code: 'other-task',
    place: { file: pathsOf(other.directory).record, field: 'runs' },
  });
  const onDev = await run('knn', { split: 'dev' });
  await expect(combine(`${linear.record.id}+${onDev.record.id}`)).rejects.toMatchObject({
    code: 'other-split',
  });
  const unkept = await run('majority', { keepModel: false });
  await expect(combine(`${linear.record.id}+${unkept.record.id}`)).rejects.toMatchObject({
    code: 'model-not-kept',
    hint: expect.stringContaining('--keep-model'),
  });
  const data = join(folder, 'data');
  await mkdir(join(data, task.corpus.folder), { recursive: true });
  for (const split of ['train', 'dev', 'test'])
    await writeFile(join(data, task.corpus.folder, `${split}.txt`), '0\t查询\n1\t检查\n');
  await expect(combine(`${linear.record.id}+${knn.record.id}`, { dataDir: data })).rejects.toMatchObject({
    code: 'other-corpus',
  });
});

it('requires at least two members that exist', async () => {
  await expect(combine(`${linear.record.id}+${linear.record.id}`)).rejects.toMatchObject({
    code: 'too-few-members',
  });
  await expect(combine(`${linear.record.id}+nobody`)).rejects.toMatchObject({ code: 'unknown-run' });
  await expect(run('ensemble')).rejects.toMatchObject({ code: 'parameter-missing' });
});
