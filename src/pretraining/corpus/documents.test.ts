import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvRows } from '../../ground/csv-rows.ts';
import { readJsonValues } from '../../ground/json-values.ts';
import { listInputs, readDocuments } from './documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'documents-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const partsOf = async (file: string, fields?: string[]) =>
  (await collect(readDocuments(file, fields))).map(({ parts, line }) => [line, ...parts]);

describe('documents', () => {
  it('of plain text are separated by blank lines, or else are lines', async () => {
    expect(await partsOf(write('a.txt', '\n第一段\n第二段\n\n\n第三段\n'))).toEqual([
      [2, '第一段', '第二段'],
      [6, '第三段'],
    ]);
    expect(await partsOf(write('b.txt', '一行\r\n又一行\n\n'))).toEqual([
      [1, '一行'],
      [2, '又一行'],
    ]);
  });

  it('of JSON lines and of a JSON list are their strings, or the named fields', async () => {
    const records = [
      { ask: '头疼', answer: { text: '多休息', score: 1 }, id: 3 },
      { ask: '咳嗽', answer: { text: '喝水', tags: ['好', '快'] } },
    ];
    const lines = write('c.jsonl', `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
    const list = write('c.json', JSON.stringify(records, null, 1));
    const misnamed = write('d.json', records.map((record) => JSON.stringify(record)).join('\n'));
    const all = [
      ['头疼', '多休息'],
      ['咳嗽', '喝水', '好', '快'],
    ];
    for (const file of [lines, list, misnamed]) {
      expect((await collect(readDocuments(file))).map(({ parts }) => parts)).toEqual(all);
    }
    expect(await partsOf(list, ['answer'])).toEqual([
      [2, '多休息'],
      [10, '喝水', '好', '快'],
    ]);
    expect(await partsOf(misnamed, ['ask'])).toEqual([
      [1, '头疼'],
      [2, '咳嗽'],
    ]);
  });

  it('of CSV are rows without the header', async () => {
    const file = write('e.csv', 'title,ask\n高血压,"头晕,""很晕""\n两天"\n\n糖尿病,怎么办\n');
    expect(await partsOf(file)).toEqual([
      [2, '高血压', '头晕,"很晕"\n两天'],
      [5, '糖尿病', '怎么办'],
    ]);
    expect(await partsOf(file, ['ask'])).toEqual([
      [2, '头晕,"很晕"\n两天'],
      [5, '怎么办'],
    ]);
    expect(await partsOf(write('f.csv', '无表头,数据\n第二,行\n'))).toHaveLength(2);
    await expect(partsOf(file, ['answer'])).rejects.toMatchObject({
      code: 'csv-column',
      place: { file, line: 1 },
    });
  });

  it('are read from JSON of any depth', async () => {
    const deep = `${'{"a":['.repeat(20_000)}"深"${']}'.repeat(20_000)}`;
    expect(await partsOf(write('deep.jsonl', `${deep}\n`))).toEqual([[1, '深']]);
  });

  it('name file and line of what is wrong', async () => {
    const cut = write('g.json', '[{"a": "一"},\n{"a": "二');
    await expect(partsOf(cut)).rejects.toMatchObject({ code: 'bad-json', place: { file: cut, line: 2 } });
    const bad = write('h.jsonl', '{"a": "一"}\n{a}\n');
    await expect(partsOf(bad)).rejects.toMatchObject({ code: 'bad-json', place: { file: bad, line: 2 } });
    const open = write('i.csv', 'a\n"没有结束\n更多\n');
    await expect(partsOf(open)).rejects.toMatchObject({ code: 'csv-quote', place: { file: open, line: 2 } });
    for (const name of ['j.txt', 'j.json', 'j.csv']) {
      const latin = write(name, Uint8Array.of(0x22, 0x61, 0x0a, 0xff, 0xfe, 0x22, 0x0a));
      await expect(partsOf(latin)).rejects.toMatchObject({ code: 'not-utf8', place: { file: latin } });
    }
  });

  it.each([
    ['JSON Lines', '{"a": "一"}\n{"a": "二"}\n', ['x.jsonl', 'x.json', 'x.txt', 'x.csv', 'x.data', 'x']],
    ['a list of JSON', '[\n{"a": "一"},\n{"a": "二"}]', ['x.json', 'x.jsonl', 'x.txt', 'x.tsv', 'x']],
    ['CSV', 'ask,id\n"一",1\n二,2\n', ['x.csv', 'x.tsv', 'x.txt', 'x']],
    ['TSV', 'ask\tid\n一\t1\n二\t2\n', ['x.tsv', 'x.csv', 'x.txt', 'x']],
    ['text', '[1] 一，,\n\n[2] 二\n', ['x.txt', 'x.md', 'x']],
  ])('of %s are read the same under any name', async (_, content, names) => {
    const found = await Promise.all(names.map((name) => partsOf(write(name, content))));
    expect(found[0]).toHaveLength(2);
    for (const one of found.slice(1)) expect(one).toEqual(found[0]);
  });

  it('are refused where a file holds no text', async () => {
    for (const content of ['%PDF-1.7\n一\n', 'a\0\0\0\0b\0\0c']) {
      const file = write('x-binary.txt', content);
      await expect(partsOf(file)).rejects.toMatchObject({ code: 'corpus-format', place: { file } });
    }
  });

  it('come from files and directories in order, and from known extensions only', async () => {
    expect((await listInputs([folder])).map((file) => file.slice(folder.length + 1)).slice(0, 3)).toEqual([
      'a.txt',
      'b.txt',
      'c.json',
    ]);
    await expect(listInputs([join(folder, 'none.txt')])).rejects.toMatchObject({ code: 'file-missing' });
    expect(await listInputs([write('k', 'x'), '-'])).toEqual([join(folder, 'k'), '-']);
  });
});

describe('JSON values', () => {
  it('are found across blocks, whatever they contain', async () => {
    const values = [{ a: '引号"和\\反斜杠]}' }, ['x', []], '文字', 12, null, '长'.repeat(800_000), true];
    const file = write('values.json', `\ufeff ${JSON.stringify(values)}`);
    const found = await collect(readJsonValues(file));
    expect(found.map(({ text }) => JSON.parse(text))).toEqual(values);
    const apart = write('apart.json', values.map((value) => JSON.stringify(value)).join('\n'));
    const lines = await collect(readJsonValues(apart));
    expect(lines.map(({ line }) => line).slice(-2)).toEqual([6, 7]);
  });
});

describe('CSV rows', () => {
  it('keep quotes inside unquoted fields and empty cells', async () => {
    const rows = await collect(readCsvRows(write('q.csv', '血压"高",,\n"a"b,"",c\n')));
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['血压"高"', '', ''],
      ['ab', '', 'c'],
    ]);
  });
});
