import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMain } from '../fixtures/run-main.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-data-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

const pairs = join(import.meta.dirname, '../../datasets/imports/fixtures/pairs-gbk.csv');

/** Runs a command on the data directory of this file, and expects it to succeed. */
async function succeeds(...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await runMain(...argv, '--data-dir', join(folder, 'data'));
  expect([status, stderr]).toEqual([0, expect.anything()]);
  return stdout;
}

const doccano = Array.from({ length: 24 }, (_, i) => {
  const [disease, drug] = [`${'甲乙丙丁'[i % 4]}型肺炎`, `${'戊己庚辛'[i % 4]}药`];
  const before = `🩺${'患者既往史入院复查门诊'.slice(i % 8, (i % 8) + 3)}${i}，`;
  const at = before.length + disease.length + 1;
  return JSON.stringify({
    ...{ id: i, text: `${before}${disease}用${drug}` },
    entities: [
      { id: 1, label: 'dis', start_offset: before.length, end_offset: before.length + disease.length },
      { id: 2, label: 'dru', start_offset: at, end_offset: at + drug.length },
    ],
    relations: [{ id: 1, from_id: 1, to_id: 2, type: '治' }],
  });
}).join('\n');

it('goes from a GBK table and a doccano export to runs, an audit and a report', async () => {
  const notes = join(folder, 'export.jsonl');
  await writeFile(notes, doccano);
  const read = JSON.parse(await succeeds('data', 'import', pairs, '--as', 'ward-pairs', '--json'));
  expect(read).toMatchObject({ task: 'ward-pairs', family: 'similarity', encoding: 'gbk' });
  const shown = await succeeds('data', 'import', notes, '--as', 'ward-notes', '--lang', 'zh');
  expect(shown).toContain('UTF-16，不含末端（48/48，其他规则会越出文本）');
  expect(shown).toContain('ward-notes-relations');
  const runs = join(folder, 'runs');
  const evaluate = async (task: string, models: string) =>
    JSON.parse(
      await succeeds('run', '--task', task, '--model', models, '--jobs', '1', '--runs-dir', runs, '--json'),
    ).map(({ record }: { record: { task: object; examples: object; answers: { answered: number } } }) => [
      ...[record.task, record.examples, record.answers.answered],
    ]);
  const similarity = { id: 'ward-pairs', family: 'similarity', primary: 'similarity/positive-f1@1' };
  expect(await evaluate('ward-pairs', 'majority,bm25,linear')).toEqual(
    Array.from({ length: 3 }, () => [similarity, { train: 16, dev: 3, evaluated: 5 }, 5]),
  );
  expect(await evaluate('Ward-Notes', 'majority,crf')).toHaveLength(2);
  expect(await evaluate('ward-notes-relations', 'majority,relation')).toHaveLength(2);
  expect(await succeeds('data', 'audit', 'ward-pairs')).toContain('ward-pairs: train 16, dev 3, test 5');
  const out = join(folder, 'report.html');
  await succeeds('report', 'ward-notes-test-crf-s0', '--runs-dir', runs, '--out', out);
  expect(await readFile(out, 'utf8')).toContain('ward-notes');
  expect(await succeeds('tasks')).toContain('ward-notes-relations');
}, 60_000);

it('names the places of an error in Chinese', async () => {
  const file = join(folder, 'bad.csv');
  await writeFile(file, 'text,label\n头痛,咳嗽,a\n');
  const { status, stderr } = await runMain(
    ...['data', 'import', file, '--as', 'bad', '--data-dir', folder, '--lang', 'zh'],
  );
  expect([status, stderr]).toEqual([3, expect.stringContaining('bad.csv:2')]);
  expect(stderr).toContain('应与表头同为 2 格');
  const fields = await runMain('data', 'import', file, '--as', 'bad', '--fields', 'colour=x');
  expect([fields.status, fields.stderr]).toEqual([2, expect.stringContaining('[bad-fields]')]);
});
