import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import { readAnyPredictions, readPredictions, refuseUnfit, writePredictions } from './predictions.ts';

const intent = findTask('cMedIC');
const entities = findTask('cMedQANER');
const examples = ['a', 'b', 'c'].map((id) => ({ id, input: { text: `text ${id}` }, gold: { label: '1' } }));
const documents = [{ id: '0', input: { text: '发热三天' }, gold: { entities: [] } }];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-predictions-'));
});

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
});

describe('refuseUnfit', () => {
  it('lets missing and invalid answers pass, and nothing else', () => {
    const predictions = [undefined];
    refuseUnfit('f', {
      predictions,
      problems: [
        { code: 'missing-id', message: { en: '', zh: '' } },
        { code: 'unknown-label', message: { en: '', zh: '' } },
      ],
    });
    const problems = [{ line: 3, id: 'x', code: 'unknown-id', message: { en: 'none', zh: '无' } }];
    expect(() => refuseUnfit('f', { predictions, problems })).toThrowError(
      expect.objectContaining({
        code: 'unknown-id',
        place: expect.objectContaining({ file: 'f', line: 3, id: 'x' }),
      }),
    );
  });
});

describe('writePredictions', () => {
  it('is read back equal', async () => {
    const path = join(folder, 'out.jsonl');
    const answers = [{ label: '0' }, { label: '1', scores: { '0': 0.25, '1': 0.75 } }, { label: '2' }];
    await writePredictions(path, examples, answers);
    expect((await readPredictions(path, intent, examples)).predictions).toEqual(answers);
  });
});

describe('readAnyPredictions', () => {
  it('reads the tab-separated format of the corpus, where the n-th record answers the n-th example', async () => {
    const path = await file('2\ttext a\n0\ttext b\n1\ttext c\n', 'predictions.txt');
    const { predictions, problems } = await readAnyPredictions(path, intent, examples);
    expect(problems).toEqual([]);
    expect(predictions).toEqual([{ label: '2' }, { label: '0' }, { label: '1' }]);
  });

  it('refuses a record that repeats another text, and counts what is missing', async () => {
    const path = await file('2\ttext a\n0\tsomething else\n', 'predictions.txt');
    const { problems } = await readAnyPredictions(path, intent, examples);
    expect(problems.map(({ id, code }) => [id, code])).toEqual([
      ['b', 'unknown-id'],
      ['c', 'missing-id'],
    ]);
  });

  it('reads BIO files for entities', async () => {
    const path = await file('发 B_symptom\n热 I_symptom\n三 O\n天 O\n', 'predictions.txt');
    const { predictions } = await readAnyPredictions(path, entities, documents);
    expect(predictions).toEqual([{ entities: [{ start: 0, end: 2, type: 'symptom' }] }]);
  });

  it('says when a task has no plain format', async () => {
    const path = await file('1\n', 'predictions.txt');
    await expect(readAnyPredictions(path, findTask('cMedIR'), [])).rejects.toMatchObject({
      code: 'unknown-format',
    });
  });
});
