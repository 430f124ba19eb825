import { expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { runMain } from './fixtures/run-main.ts';

it('of models that call no service says so, and shows no empty table', async () => {
  const run = ['run', '--task', 'cMedIC', '--model', 'linear', '--data-dir', samplesDir(), '--dry-run'];
  const { status, stdout } = await runMain(...run);
  expect([status, stdout]).toEqual([
    0,
    'None of these models calls a service: there are no calls and no cost.\n',
  ]);
  expect(JSON.parse((await runMain(...run, '--json')).stdout)).toEqual([]);
});
