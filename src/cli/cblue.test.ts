import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runMain } from './fixtures/run-main.ts';

const FIXTURES = join(import.meta.dirname, '../datasets/cblue/fixtures');
const directory = mkdtempSync(join(tmpdir(), 'cblue-cli-'));
const [data, runs] = [join(directory, 'data'), join(directory, 'runs')];
afterAll(() => rmSync(directory, { recursive: true }));

it('takes CBLUE from an archive, scores on dev and says so', { timeout: 60_000 }, async () => {
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
  expect(got.stderr).toContain('Not the official number of records');
  const ran = await runMain(
    ...['run', '--suite', 'cblue', '--model', 'majority', '--data-dir', data, '--runs-dir', runs],
    ...['--jobs', '1', '--quiet'],
  );
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('KUAKE-QIC (dev)')]);
  expect(ran.stdout).toMatch(/cblue +majority +1\/\d+ /);
});

it('says what an archive is needed for, and keeps it apart from what is downloaded', async () => {
  const without = await runMain('data', 'get', 'CMeEE');
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('--from')]);
  const mixed = await runMain('data', 'get', 'cblue', 'cMedQQ', '--from', FIXTURES, '--lang', 'zh');
  expect([mixed.status, mixed.stderr]).toEqual([2, expect.stringContaining('cMedQQ 不在 CBLUE 压缩包中')]);
});
