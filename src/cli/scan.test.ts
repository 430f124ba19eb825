import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { runMain } from './fixtures/run-main.ts';

const directory = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('data scan prints places of personal data and never the data', async () => {
  const file = join(directory, 'notes.csv');
  writeFileSync(file, 'text,label\n姓名：王小明，电话13812345678,a\n');
  const shown = await runMain('data', 'scan', file);
  expect(shown.status).toBe(0);
  expect(shown.stdout).toContain('notes.csv:2 3-6');
  expect(`${shown.stdout}${shown.stderr}`).not.toMatch(/王小明|13812345678/);
  const json = await runMain('data', 'scan', file, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ texts: 1, touched: 1 });
});

it('data scan takes tasks, and names missing ones', async () => {
  const task = await runMain('data', 'scan', 'cMedIC', '--data-dir', samplesDir(), '--json');
  expect(JSON.parse(task.stdout).texts).toBeGreaterThan(0);
  const unknown = await runMain('data', 'scan', 'cMedNone', '--data-dir', samplesDir(), '--json');
  expect(JSON.parse(unknown.stderr).error.code).toBe('unknown-task');
  const missing = await runMain('data', 'scan', join(directory, 'none.csv'), '--lang', 'zh');
  expect([missing.status, missing.stderr]).toEqual([3, expect.stringContaining('none.csv')]);
});

it('data scan refuses options that do not apply to its input', async () => {
  const fields = await runMain('data', 'scan', 'cMedIC', '--fields', 'text=a', '--data-dir', samplesDir());
  expect([fields.status, fields.stderr]).toEqual([
    2,
    expect.stringContaining('--fields does not apply to tasks'),
  ]);
  const file = join(directory, 'notes.csv');
  const dir = await runMain('data', 'scan', file, '--data-dir', samplesDir(), '--lang', 'zh');
  expect([dir.status, dir.stderr]).toEqual([2, expect.stringContaining('--data-dir 不适用于文件')]);
});
