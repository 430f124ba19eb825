import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runMain } from './fixtures/run-main.ts';

const FIXTURES = join(import.meta.dirname, '../datasets/cblue/fixtures');
/** Some of all tasks, as a folder. */
const ARCHIVE = join(import.meta.dirname, '../datasets/formats/cblue/fixtures');
const directory = mkdtempSync(join(tmpdir(), 'cblue-cli-'));
const [data, runs] = [join(directory, 'data'), join(directory, 'runs')];
afterAll(() => rmSync(directory, { recursive: true }));

it('takes CBLUE from an archive, and scores on dev with a note', { timeout: 60_000 }, async () => {
  const got = await runMain(
    'data',
    'get',
    'cblue',
    '--from',
    join(FIXTURES, 'KUAKE-QIC.zip'),
    '--data-dir',
    data,
  );
  expect([got.status, got.stdout]).toEqual([0, expect.stringContaining('KUAKE-QIC_dev.json')]);
  expect(got.stderr).toContain('The number of records differs from the official one');
  const ran = await runMain(
    ...['run', '--suite', 'cblue', '--model', 'majority', '--data-dir', data, '--runs-dir', runs],
    ...['--jobs', '1', '--quiet'],
  );
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('KUAKE-QIC (dev)')]);
  expect(ran.stdout).toMatch(/cblue +majority +1\/\d+ /);
  const audited = await runMain('data', 'audit', 'KUAKE-QIC', '--data-dir', data);
  expect([audited.status, audited.stdout]).toEqual([0, expect.stringContaining('without gold: test')]);
});

it('packs answers of kept models and files of predictions, and the check passes', {
  timeout: 120_000,
}, async () => {
  const [dir, kept, out] = [
    join(directory, 'all'),
    join(directory, 'kept'),
    join(directory, 'submission.zip'),
  ];
  const place = ['--data-dir', dir];
  await runMain('data', 'get', 'cblue', '--from', ARCHIVE, ...place);
  const ids = ['CMeEE', 'IMCS-V2-DAC'];
  const ran = await runMain(
    ...['run', '--task', ids.join(','), '--model', 'majority', '--keep-model', '--runs-dir', kept, ...place],
    ...['--jobs', '2', '--quiet'],
  );
  expect(ran.status).toBe(0);
  const [first, ...others] = readdirSync(kept).filter((name) => name.includes('-majority-'));
  const file = join(directory, 'predictions.jsonl');
  const task = JSON.parse(readFileSync(join(kept, first, 'run.json'), 'utf8')).task.id;
  const model = `majority:${join(kept, first, 'model.bin')}`;
  await runMain('predict', '--task', task, '--model', model, '--split', 'test', '--out', file, ...place);
  const packed = await runMain(
    'suite',
    'pack',
    'cblue',
    file,
    ...others,
    '--runs-dir',
    kept,
    '--out',
    out,
    ...place,
  );
  expect([packed.status, packed.stderr]).toEqual([0, expect.not.stringContaining('no answer')]);
  const checked = await runMain('check', '--cblue', out, ...place, '--json');
  const { files, problems } = JSON.parse(checked.stdout);
  expect(files.map((one: { task: string }) => one.task).sort()).toEqual(ids);
  expect(problems.filter((one: { severity: string }) => one.severity === 'refused')).toEqual([]);
});

it('takes PromptCBLUE, runs its tasks and packs the one file that answers them', {
  timeout: 120_000,
}, async () => {
  const prompts = join(import.meta.dirname, '../datasets/formats/promptcblue/fixtures');
  const [dir, kept, out] = [
    join(directory, 'prompts'),
    join(directory, 'prompt-runs'),
    join(directory, 'p.zip'),
  ];
  const place = ['--data-dir', dir];
  const got = await runMain('data', 'get', 'promptcblue', '--from', prompts, ...place);
  expect([got.status, got.stdout]).toEqual([0, expect.stringContaining('CBLUE/PromptCBLUE/dev.json')]);
  const ids = ['PromptCBLUE-KUAKE-IR', 'PromptCBLUE-Text2DT'];
  const ran = await runMain(
    ...['run', '--task', ids.join(','), '--model', 'knn', '--keep-model', '--runs-dir', kept, ...place],
    ...['--jobs', '1', '--quiet'],
  );
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('Weighted F1')]);
  const sources = readdirSync(kept).filter((name) => name.includes('-knn-'));
  const packed = await runMain(
    ...['suite', 'pack', 'promptcblue', ...sources, '--runs-dir', kept, '--out', out, ...place],
  );
  expect([packed.status, packed.stderr]).toEqual([0, expect.stringContaining('32 questions have no answer')]);
  const { files, problems } = JSON.parse((await runMain('check', '--cblue', out, ...place, '--json')).stdout);
  expect(files).toEqual([{ file: 'test_predictions.json', task: 'PromptCBLUE', records: 36, questions: 36 }]);
  expect(problems.filter((one: { severity: string }) => one.severity === 'refused')).toEqual([]);
});

it('refuses runs without a model, duplicate tasks, predictions without a task, and suites without a leaderboard', async () => {
  const [run] = readdirSync(runs);
  const pack = (suite: string, ...sources: string[]) =>
    runMain(
      'suite',
      'pack',
      suite,
      ...sources,
      '--runs-dir',
      runs,
      '--data-dir',
      data,
      '--out',
      join(directory, 'x.zip'),
    );
  expect((await pack('cblue', run)).stderr).toContain('--keep-model');
  const file = join(directory, 'bare.jsonl');
  writeFileSync(file, '{"id":"0","label":"其他"}\n');
  expect((await pack('cblue', file)).stderr).toContain('does not say which task');
  expect((await pack('chineseblue', run)).stderr).toContain('Nothing is submitted for the suite');
  const neither = await runMain('check', '--data-dir', data);
  expect([neither.status, neither.stderr]).toEqual([2, expect.stringContaining('--cblue')]);
  expect(existsSync(join(directory, 'x.zip'))).toBe(false);
});

it('says that an archive is needed, and keeps its files apart from downloads', async () => {
  const without = await runMain('data', 'get', 'CMeEE');
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('--from')]);
  const mixed = await runMain('data', 'get', 'cblue', 'cMedQQ', '--from', FIXTURES, '--lang', 'zh');
  expect([mixed.status, mixed.stderr]).toEqual([2, expect.stringContaining('cMedQQ 不在 CBLUE 压缩包中')]);
});
