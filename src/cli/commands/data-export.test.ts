import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { samplesDir } from '../../datasets/directory.ts';
import { runMain } from '../fixtures/run-main.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-data-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

const exported = (...argv: string[]) => runMain('data', 'export', ...argv, '--data-dir', samplesDir());

it('exports a task, says how it is read back, and refuses the same folder again', async () => {
  const out = join(folder, 'pairs');
  const first = await exported('cMedQQ', '--to', 'csv', '--out', out);
  expect([first.status, first.stdout]).toEqual([0, expect.stringContaining('train')]);
  expect(first.stderr).toContain(`chineseblue data import ${out} --as NAME --family similarity --positive 1`);
  expect((await readdir(out)).sort()).toEqual(['dev.csv', 'test.csv', 'train.csv']);
  const again = await exported('cMedQQ', '--to', 'csv', '--out', out, '--lang', 'zh');
  expect([again.status, again.stderr]).toEqual([3, expect.stringContaining('目录已存在且非空')]);
});

it('names the formats that hold a family in both languages', async () => {
  const refused = await exported('cMedQQ', '--to', 'brat', '--out', join(folder, 'no'), '--lang', 'zh');
  expect([refused.status, refused.stderr]).toEqual([
    2,
    expect.stringContaining('可用格式：csv、jsonl、parquet、hf'),
  ]);
  expect(await readdir(folder)).not.toContain('no');
});

it('exports the answers of a run or a file of predictions', async () => {
  const runs = ['--runs-dir', join(folder, 'runs')];
  const data = ['--data-dir', samplesDir()];
  const run = await runMain(
    'run',
    '--task',
    'cMedTC',
    '--model',
    'majority',
    '--jobs',
    '1',
    ...runs,
    ...data,
  );
  expect(run.status).toBe(0);
  const [id] = (await readdir(join(folder, 'runs'))).filter((name) => name.startsWith('cMedTC'));
  const read = async (out: string) => JSON.parse(await readFile(join(out, 'test.json'), 'utf8'));
  const out = join(folder, 'answered');
  const studio = ['cMedTC', '--to', 'label-studio'];
  const first = await exported(...studio, '--predictions', id, '--out', out, ...runs);
  expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('classification')]);
  expect((await readdir(out)).sort()).toEqual(['labeling.xml', 'test.json']);
  const tasks = await read(out);
  expect(tasks[0]).toMatchObject({ annotations: [{}], predictions: [{ model_version: 'majority' }] });
  const file = join(folder, 'runs', id, 'predictions.jsonl');
  const again = join(folder, 'again');
  await exported(...studio, '--predictions', file, '--out', again);
  const renamed = tasks.map((one: { predictions: object[] }) => ({
    ...one,
    predictions: one.predictions.map((prediction) => ({ ...prediction, model_version: 'predictions' })),
  }));
  expect(await read(again)).toEqual(renamed);
  const other = await exported(
    ...['cMedTC', '--to', 'csv', '--split', 'dev'],
    ...['--predictions', file, '--out', join(folder, 'other'), '--lang', 'zh'],
  );
  expect([other.status, other.stderr]).toEqual([3, expect.stringContaining('没有此 id 的样本')]);
});

it('exports one split', async () => {
  const out = join(folder, 'one');
  await exported('cMedQQ', '--to', 'parquet', '--split', 'dev', '--out', out);
  expect(await readdir(out)).toEqual(['dev.parquet']);
});
