import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import { readPredictions } from './predictions.ts';

const intent = findTask('cMedIC');
const entities = findTask('cMedQANER');
const examples = ['a', 'b', 'c'].map((id) => ({ id, input: { text: `text ${id}` }, gold: { label: '1' } }));
const documents = [{ id: '0', input: { text: '发热三天' }, gold: { entities: [] } }];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-predictions-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(content: string, name = 'predictions.jsonl'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('readPredictions', () => {
  it('aligns answers with examples whatever their order, and takes CRLF and a byte-order mark', async () => {
    const path = await file(
      '\ufeff{"id":"c","label":"0"}\r\n{"id":"a","label":"2"}\r\n\r\n{"id":"b","label":"1"}',
    );
    const { predictions, problems } = await readPredictions(path, intent, examples);
    expect(predictions).toEqual([{ label: '2' }, { label: '1' }, { label: '0' }]);
    expect(problems).toEqual([]);
  });

  it('reports every problem at once, with line, id and code', async () => {
    const path = await file(
      [
        '{"id":"a","label":"9"}',
        'nonsense',
        '[1]',
        '{"label":"1"}',
        '{"id":"x","label":"1"}',
        '{"id":"b","label":"1"}',
        '{"id":"b","label":"0"}',
        '',
      ].join('\n'),
    );
    const { predictions, problems } = await readPredictions(path, intent, examples);
    expect(problems.map(({ line, id, code }) => [line, id, code])).toEqual([
      [1, 'a', 'unknown-label'],
      [2, undefined, 'not-json'],
      [3, undefined, 'not-json'],
      [4, undefined, 'no-id'],
      [5, 'x', 'unknown-id'],
      [7, 'b', 'duplicate-id'],
      [undefined, 'c', 'missing-id'],
    ]);
    expect(predictions).toEqual([undefined, { label: '1' }, undefined]);
  });

  it('finds spans that are not in the text', async () => {
    const path = await file(
      '{"id":"0","entities":[{"start":2,"end":9,"type":"time"},{"start":1,"end":1,"type":"time"}]}',
    );
    const { problems } = await readPredictions(path, entities, documents);
    expect(problems).toHaveLength(2);
    for (const problem of problems)
      expect(problem).toMatchObject({ line: 1, id: '0', field: expect.stringContaining('entities') });
  });

  it('names the line that is not UTF-8', async () => {
    const path = join(folder, 'gbk.jsonl');
    await writeFile(
      path,
      Buffer.concat([Buffer.from('{"id":"a","label":"1"}\n'), Buffer.from([0x7b, 0xd6, 0xd0, 0x7d])]),
    );
    await expect(readPredictions(path, intent, examples)).rejects.toMatchObject({
      code: 'not-utf8',
      place: { line: 2 },
    });
  });

  it('counts an invalid line as unreadable, and an absent one as missing', async () => {
    const path = await file('{"id":"a","label":"9"}\n{"id":"b","label":"1"}\n');
    const { coverage } = await readPredictions(path, intent, examples);
    expect(coverage).toEqual({ asked: 3, answered: 1, refused: 0, unreadable: 1, missing: 1 });
  });

  it('accepts lines that say why there is no prediction', async () => {
    const path = await file(
      '{"id":"a","status":"refused","reason":"safety"}\n{"id":"b","status":"unreadable","reason":"not-json","truncated":true}\n{"id":"c","status":"answered","label":"1"}\n',
    );
    const { coverage, answers, predictions, problems } = await readPredictions(path, intent, examples);
    expect(coverage).toEqual({ asked: 3, answered: 1, refused: 1, unreadable: 1, missing: 0 });
    expect(answers).toEqual({ ...coverage, truncated: 1, failed: 0 });
    expect(predictions).toEqual([undefined, undefined, { label: '1' }]);
    expect(problems).toEqual([]);
  });

  it('reads a stream of lines as it reads a file', async () => {
    const lines = ['\ufeff{"id":"c","label":"0"}', '', '{"id":"a","label":"9"}', 'nonsense'];
    async function* stream() {
      yield* lines;
    }
    const path = await file(lines.join('\n'));
    const streamed = await readPredictions(stream(), intent, examples);
    expect(streamed).toEqual(await readPredictions(path, intent, examples));
    expect(streamed.problems.map(({ line }) => line)).toEqual([3, 4, undefined]);
  });

  it('names a file in errors as the caller does', async () => {
    const source = { path: join(folder, 'absent.jsonl'), name: 'upload 7' };
    await expect(readPredictions(source, intent, examples)).rejects.toMatchObject({
      code: 'file-missing',
      place: { file: 'upload 7' },
    });
  });
});
