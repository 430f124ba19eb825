import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskOf } from '../tasks/families/fixtures/sample.ts';
import { findTask } from '../tasks/registry.ts';
import { readAnyPredictions } from './corpus-format.ts';

const intent = findTask('cMedIC');
const entities = findTask('cMedQANER');
const examples = ['a', 'b', 'c'].map((id) => ({ id, input: { text: `text ${id}` } }));
const documents = [{ id: '0', input: { text: '发热三天' } }];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-corpus-format-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(content: string, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('readAnyPredictions', () => {
  it('reads the tab-separated format of the corpus, where the n-th record answers the n-th example', async () => {
    const path = await file('2\ttext a\n0\ttext b\n1\ttext c\n', 'predictions.txt');
    const { predictions, problems } = await readAnyPredictions(path, intent, examples);
    expect(problems).toEqual([]);
    expect(predictions).toEqual([{ label: '2' }, { label: '0' }, { label: '1' }]);
  });

  it('refuses a record that repeats another text, and counts what is missing', async () => {
    const path = await file('2\ttext a\n0\tsomething else\n', 'predictions.txt');
    const { problems, coverage } = await readAnyPredictions(path, intent, examples);
    expect(problems.map(({ id, code }) => [id, code])).toEqual([
      ['b', 'unknown-id'],
      ['c', 'missing-id'],
    ]);
    expect(coverage).toEqual({ asked: 3, answered: 1, refused: 0, unreadable: 1, missing: 1 });
  });

  it('reads BIO files for entities', async () => {
    const path = await file('发 B_symptom\n热 I_symptom\n三 O\n天 O\n', 'predictions.txt');
    const { predictions } = await readAnyPredictions(path, entities, documents);
    expect(predictions).toEqual([{ entities: [{ start: 0, end: 2, type: 'symptom' }] }]);
  });

  it('reads Parquet as pyarrow writes it, one row per example, and names a damaged file', async () => {
    const table = join(import.meta.dirname, '../datasets/imports/fixtures/predictions.snappy.parquet');
    const task = taskOf('classification', ['a', 'b']);
    const questions = ['0', '1', '2', '3'].map((id) => ({ id, input: { text: id } }));
    const { predictions, coverage } = await readAnyPredictions(table, task, questions);
    expect(predictions).toEqual([{ label: 'a' }, { label: 'b' }, { label: 'a' }, undefined]);
    expect(coverage).toMatchObject({ answered: 3, missing: 1 });
    const path = await file('PAR1 and nothing else', 'predictions.parquet');
    await expect(readAnyPredictions({ path, name: 'upload 8' }, task, questions)).rejects.toMatchObject({
      ...{ code: 'bad-parquet', place: { file: 'upload 8' } },
    });
  });

  it('says when a task has no plain format', async () => {
    const path = await file('1\n', 'predictions.txt');
    await expect(readAnyPredictions(path, findTask('cMedIR'), [])).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });

  it('names the file in errors as the caller does', async () => {
    const path = await file('no tags\n', 'predictions.txt');
    await expect(readAnyPredictions({ path, name: 'upload 7' }, entities, documents)).rejects.toMatchObject({
      place: { file: 'upload 7', line: 1 },
    });
  });
});

describe('the format', () => {
  const lines = '{"id":"a","label":"2"}\n{"id":"b","label":"0"}\n{"id":"c","label":"1"}\n';

  it('is detected by the content, whatever the name', async () => {
    const { predictions } = await readAnyPredictions(await file(lines, 'p.txt'), intent, examples);
    expect(predictions).toEqual([{ label: '2' }, { label: '0' }, { label: '1' }]);
    const columns = await file('2\ttext a\n0\ttext b\n1\ttext c\n', 'p.jsonl');
    expect((await readAnyPredictions(columns, intent, examples)).predictions).toEqual(predictions);
  });

  it('is detected through a pipe too, and the copy is removed', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('chineseblue-input-'));
    const [{ predictions }] = await Promise.all([
      readAnyPredictions(pipe, intent, examples),
      writeFile(pipe, lines),
    ]);
    expect(predictions).toEqual([{ label: '2' }, { label: '0' }, { label: '1' }]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('chineseblue-input-'))).toEqual(before);
  });

  it.each(['[\n{"id":"a"}\n]\n', '[{"id":"a"}]\n', '{\n  "id": "a"\n}\n'])(
    'is not one JSON document: %j',
    async (content) => {
      const path = await file(content, 'p.json');
      await expect(readAnyPredictions(path, intent, examples)).rejects.toMatchObject({
        code: 'not-json-lines',
      });
    },
  );

  it('infers offsets from the mentions on request', async () => {
    const asked = [{ id: '0', input: { text: '😷咳嗽三天' } }];
    const entity = { start: 1, end: 3, type: 'symptom', mention: '咳嗽' };
    const path = await file(`${JSON.stringify({ id: '0', entities: [entity] })}\n`, 'p.jsonl');
    expect((await readAnyPredictions(path, entities, asked)).problems).toHaveLength(1);
    const { problems, offsets } = await readAnyPredictions(path, entities, asked, { inferOffsets: true });
    expect(problems).toEqual([]);
    expect(offsets).toMatchObject({ used: 'code-point', decidedBy: 'mentions' });
  });
});
