import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { taskOf } from '../tasks/families/fixtures/sample.ts';
import { findTask } from '../tasks/registry.ts';
import { readAnyPredictions } from './corpus-format.ts';
import { readPredictionBytes } from './predictions-in-memory.ts';

const TABLE = join(import.meta.dirname, '../datasets/imports/fixtures/predictions.snappy.parquet');
const four = ['0', '1', '2', '3'].map((id) => ({ id, input: { text: id } }));
const classes = taskOf('classification', ['a', 'b']);
const entities = findTask('cMedQANER');
const documents = [{ id: '0', input: { text: '发热三天' } }];

it('reads the same from bytes as from a file, and leaves nothing behind', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-bytes-'));
  vi.stubEnv('TMPDIR', directory);
  try {
    const json = '{"id": "0", "label": "a"}\r\n\n{"id": "1", "label": "b"}\nnot json\n';
    const cases = [
      [json, classes, four],
      [`\ufeff${json}`, classes, four],
      [`\n  ${json}`, classes, four],
      ['', classes, four],
      ['{"id": "0",\n"label": "a"}', classes, four],
      ['{\n"id": "0"}', classes, four],
      [Buffer.from('{"id": "0", "label": "\ufffd"}', 'latin1'), classes, four],
      ['发 B_symptom\n热 I_symptom\n三 O\n天 O\n', entities, documents],
      [await readFile(TABLE), classes, four],
    ] as const;
    const path = join(directory, 'file');
    for (const [content, task, questions] of cases) {
      await writeFile(path, content);
      const settle = (reading: Promise<unknown>) => reading.catch(({ code, place }) => ({ code, place }));
      const bytes = Buffer.from(content);
      expect(await settle(readPredictionBytes({ bytes, name: 'x.jsonl' }, task, questions, {}))).toEqual(
        await settle(readAnyPredictions({ path, name: 'x.jsonl' }, task, questions)),
      );
    }
    expect(await readdir(directory)).toEqual(['file']);
  } finally {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  }
});
