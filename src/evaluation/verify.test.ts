import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { acquireLock } from '../ground/lock.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate, type Plan } from './evaluate.ts';
import { trainAndKeep } from './fitted.ts';
import { verifyRuns } from './verify.ts';

it('finds a changed byte in every file of every run, models included', async () => {
  const root = await mkdtemp(join(tmpdir(), 'chineseblue-verify-'));
  const plan: Omit<Plan, 'model'> = {
    ...{ task: findTask('cMedIC'), parameters: {}, seed: 0, split: 'test', source: 'primary' },
    ...{ dataDir: samplesDir(), root, keepModel: true, force: false },
  };
  const { directory } = await evaluate({ ...plan, model: 'majority' });
  expect(await verifyRuns(root)).toEqual({ whole: [directory], damaged: [] });
  const copy = `${directory}-copy`;
  for (const name of ['run.json', 'predictions.jsonl', 'scores.json', 'model.bin']) {
    await cp(directory, copy, { recursive: true });
    const file = join(copy, name);
    const bytes = await readFile(file);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    await writeFile(file, bytes);
    const { whole, damaged } = await verifyRuns(root);
    expect(whole).toEqual([directory]);
    expect(damaged).toMatchObject([{ directory: copy, error: { place: { file }, exitCode: 3 } }]);
    await rm(copy, { recursive: true });
  }
  await rm(root, { recursive: true });
});

it('two processes cannot train into one place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chineseblue-train-'));
  const out = join(folder, 'model');
  const task = findTask('cMedIC');
  const request = { task, model: 'majority', parameters: {}, seed: 0, dataDir: samplesDir(), out };
  {
    await using _lock = await acquireLock(`${out}.training.lock`);
    await expect(trainAndKeep(request)).rejects.toMatchObject({ code: 'in-use' });
  }
  await trainAndKeep(request);
  expect(await readdir(folder)).toEqual(['model']);
  await rm(folder, { recursive: true });
});
