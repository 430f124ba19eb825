import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMPORT_RECORD, readAgreement } from './import-record.ts';
import { importData } from './imports/import.ts';
import { readTaskFile } from './task-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-record-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('returns the recorded agreement of annotators, for corpora that several annotated', async () => {
  const source = join(folder, 'test.json');
  const annotated = (choices: readonly string[]) =>
    choices.map((choice, who) => ({
      completed_by: who,
      result: [{ type: 'choices', value: { choices: [choice] } }],
    }));
  const tasks = ['aab', 'bbb'].map((choices, i) => ({
    ...{ id: i, data: { text: `病历${i}` }, annotations: annotated([...choices]) },
  }));
  await writeFile(source, JSON.stringify(tasks));
  const request = { sources: [source], name: 'several', dataDir: folder, seed: 0, dryRun: false };
  const { agreement } = await importData({ ...request, given: { fields: {} } });
  const task = await readTaskFile(join(folder, 'several', 'several.task.json'));
  expect(await readAgreement(task, folder)).toEqual(JSON.parse(JSON.stringify(agreement)));
  const other = { corpus: { ...task.corpus, folder: 'elsewhere' } };
  expect(await readAgreement(other, folder)).toBeUndefined();
  const file = join(folder, 'several', IMPORT_RECORD);
  for (const text of [(await readFile(file, 'utf8')).replace('"differing": 1', '"differing": 0'), '{']) {
    await writeFile(file, text);
    await expect(readAgreement(task, folder)).rejects.toMatchObject({
      code: 'damaged-record',
      place: { file },
    });
  }
});
