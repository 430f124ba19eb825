import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { zipOf } from '../../../scripts/fuzz/containers.ts';
import { createImports, misfitCounts } from './fixtures/imported.ts';

const { fromContents, fromPaths } = createImports();

/** The code and place of the error that importing files comes to. */
const refusal = (files: Readonly<Record<string, string | Uint8Array>>) =>
  fromContents(files).then(
    () => undefined,
    ({ code, place, hintText }) => ({ code, line: place.line, hint: hintText.en }),
  );

/** 咳嗽 and 头痛 in GBK; the bytes of 头痛 happen to be UTF-8 too. */
const GBK = Buffer.from([0xbf, 0xc8, 0xcb, 0xd4, 0x2c, 0x61, 0x0a, 0xcd, 0xb7, 0xcd, 0xb4, 0x2c, 0x62, 0x0a]);

it('names the first line in another encoding, and that encoding', async () => {
  const utf8 = Buffer.from('text,label\n发热三天,a\n腹痛两日,b\n头晕,a\n');
  const mixed = await refusal({ 'test.csv': Buffer.concat([utf8, GBK]) });
  expect(mixed).toMatchObject({ code: 'mixed-encodings', line: 5, hint: expect.stringContaining('GB18030') });
  // Here the lines of UTF-8 are no GB18030.
  const odd = await refusal({ 'test.csv': Buffer.concat([utf8, Buffer.from('第3天,a\n'), GBK]) });
  expect(odd).toMatchObject({ code: 'mixed-encodings', line: 6 });
  const none = await refusal({ 'test.csv': Buffer.concat([utf8, Buffer.from([0xff, 0xff, 0x0a])]) });
  expect(none).toMatchObject({ code: 'not-utf8', line: 5 });
  const pure = await fromContents({ 'test.csv': Buffer.concat([Buffer.from('text,label\n'), GBK]) });
  expect([pure.report.encoding, (await pure.records('test'))[1].text]).toEqual(['gbk', '头痛']);
});

it('names Big5 and Shift JIS, which decode as GB18030 to nonsense', async () => {
  const big5 = 'af66a448c059b568a454a4d1a8c3a542b56fbcf62ca5d20aab79b9c2a440b667a5bca8a3a66ec2e02ca4410a';
  const shiftJis =
    '93aa82aa92c982a282cc82c59561894082c98d7382c182bd2c8d620a944d82aa8e4f93fa91b182a282c482a282e92c89b30a';
  for (const [bytes, encoding] of [
    [big5, 'big5'],
    [shiftJis, 'shift_jis'],
  ] as const) {
    const content = Buffer.concat([Buffer.from('text,label\n'), Buffer.from(bytes, 'hex')]);
    expect(await refusal({ 'test.csv': content })).toMatchObject({
      ...{ code: 'not-utf8', hint: expect.stringContaining(`iconv -f ${encoding} `) },
    });
  }
});

it('reads concatenated files, with their byte-order marks and headers', async () => {
  const part = (rows: string): string => `\ufefftext,label\n${rows}`;
  const { report, records } = await fromContents({
    'test.csv': `${part('头\ufeff痛,a\n')}${part('咳嗽,b\n')}`,
  });
  expect(await records('test')).toEqual([
    { text: '头\ufeff痛', label: 'a' },
    { text: '咳嗽', label: 'b' },
  ]);
  expect(misfitCounts(report)).toEqual({ 'mark-inside': 1, 'header-repeated': 1 });
  const lines = '\ufeff{"text":"头痛","label":1}\n\ufeff{"text":"\ufeff咳嗽","label":2}\n';
  const json = await fromContents({ 'test.jsonl': lines });
  expect((await json.records('test')).map(({ text }) => text)).toEqual(['头痛', '\ufeff咳嗽']);
});

it('does not end a line at U+2028, U+2029, U+0085, or a lone carriage return', async () => {
  const text = '头\u2028痛\u2029三\u0085天\r止';
  const csv = await fromContents({ 'test.csv': `text,label\n${text},a\n` });
  expect(await csv.records('test')).toEqual([{ text, label: 'a' }]);
  const json = await fromContents({ 'test.jsonl': `{"text":${JSON.stringify(text)},"label":"a"}\n` });
  expect(await json.records('test')).toEqual([{ text, label: 'a' }]);
});

it('reads integers, floats, numeric strings and booleans as labels, and skips records without one', async () => {
  const labels = [1, 0.5, '2', 1.0, '', null, true];
  const content = labels.map((label, i) => JSON.stringify({ text: `文${i}`, label })).join('\n');
  const { report } = await fromContents({ 'test.jsonl': content });
  expect([report.labels, report.splits]).toEqual([['0.5', '1', '2', 'true'], { test: 5 }]);
  expect(misfitCounts(report)).toEqual({ 'no-gold': 2 });
});

it('skips rows with empty texts, and counts them', async () => {
  const { report, records } = await fromContents({ 'test.csv': 'text,label\n,a\n  ,a\n头痛,\n咳嗽,b\n' });
  expect([await records('test'), misfitCounts(report)]).toEqual([
    [{ text: '咳嗽', label: 'b' }],
    { 'no-text': 2, 'no-gold': 1 },
  ]);
});

it('replaces ids that are not unique, and reports it', async () => {
  const { report, records } = await fromContents({ 'test.csv': 'id,text,label\n7,头痛,a\n7,咳嗽,b\n' });
  expect([(await records('test')).map(({ id }) => id), misfitCounts(report)]).toEqual([
    [undefined, undefined],
    { 'ids-replaced': 1 },
  ]);
});

it('takes the first of two annotations of a record whose annotators have the same id, and counts the other', async () => {
  const result = (label: string) => [{ id: 'x', type: 'choices', value: { choices: [label] } }];
  const annotations = [
    { id: 3, completed_by: 1, result: result('a') },
    { id: 3, completed_by: 1, result: result('b') },
  ];
  const { report } = await fromContents({
    'test.json': JSON.stringify([{ id: 1, data: { text: '头痛' }, annotations }]),
  });
  expect([report.labels, misfitCounts(report)]).toEqual([['a'], { 'annotator-twice': 1 }]);
});

it('keeps spans that begin or end with white space, and skips relations without an end or a type', async () => {
  const line = {
    ...{ id: 1, text: '甲病 用 乙药' },
    entities: [
      { id: 1, label: 'dis', start_offset: 0, end_offset: 3 },
      { id: 2, label: 'dru', start_offset: 5, end_offset: 7 },
    ],
    relations: [
      { id: 1, from_id: 1, to_id: 9, type: '治' },
      { id: 2, from_id: 1, type: '治' },
      { id: 3, from_id: 1, to_id: 2, type: '' },
      { id: 4, from_id: 1, to_id: 2, type: '治' },
    ],
  };
  const { report, records } = await fromContents({ 'test.jsonl': `${JSON.stringify(line)}\n` });
  expect((await records('test'))[0]).toMatchObject({
    entities: [{ start: 0, end: 3, mention: '甲病 ' }, { mention: '乙药' }],
    triples: [{ subject: '甲病 ', predicate: '治', object: '乙药' }],
  });
  expect(misfitCounts(report)).toEqual({
    ...{ 'span-edge-space': 1, 'relation-end-missing': 2, 'relation-untyped': 1 },
  });
});

it('reads a pretty-printed JSON list named .jsonl, and one value over several lines', async () => {
  const list = [
    { text: '头痛', label: 'a' },
    { text: '咳嗽', label: 'b' },
  ];
  for (const content of [
    JSON.stringify(list, null, 2),
    list.map((one) => JSON.stringify(one, null, 2)).join('\n'),
  ])
    expect(await (await fromContents({ 'test.jsonl': content })).records('test')).toEqual(list);
});

it('reads a single object with a list or with records by id; several lists are refused', async () => {
  const one = (i: number) => ({ content: `头痛${i}天`, kind: 'ab'[i % 2] });
  const list = Array.from({ length: 4 }, (_, i) => one(i));
  const fields = { text: 'content', label: 'kind' };
  const expected = list.map(({ content, kind }) => ({ text: content, label: kind }));
  const read = async (value: unknown) =>
    (await fromContents({ 'test.json': JSON.stringify(value) }, { given: { fields } })).records('test');
  expect(await read({ version: 1, data: list })).toEqual(expected);
  const byId = Object.fromEntries(list.map((value, i) => [`p${i}`, value]));
  expect(await read(byId)).toEqual(expected.map((record, i) => ({ id: `p${i}`, ...record })));
  const several = JSON.stringify({ train: list, test: list });
  expect(await refusal({ 'all.json': several })).toMatchObject({ code: 'several-lists' });
  // An object that is a record itself stays one.
  const record = await fromContents({
    'test.json': JSON.stringify({ text: '甲病', entities: [{ start: 0, end: 2, type: 'dis' }] }),
  });
  expect(record.report.splits).toEqual({ test: 1 });
});

it('reports, where no gold is found, values that were not read, such as formulas without a result', async () => {
  const error = await refusal({ 'test.csv': 'text,label\ntext,label\n头痛,\n咳嗽,\n' });
  expect(error).toMatchObject({
    code: 'no-gold',
    hint: expect.stringMatching(/Also found: rows that repeat .* \(1\)/),
  });
});

it('reports a file without records', async () => {
  for (const [content, said] of [
    ['', 'empty'],
    ['text,label\n', 'single line'],
  ]) {
    const error = await fromContents({ 'test.csv': content }).catch((thrown) => thrown);
    expect([error.code, error.text.en]).toEqual(['import-format', expect.stringContaining(said)]);
  }
  expect(await refusal({ 'test.json': '[]' })).toMatchObject({ code: 'no-gold' });
});

it.each([
  ['file-missing', '/nowhere', undefined],
  ['not-a-file', '/dev/null', undefined],
  ['import-format', { 'a.csv': '' }, undefined],
  ['line-too-long', { 'a.csv': `text,label\n"${'x'.repeat(1 << 20)}`.padEnd(66 << 20, 'x') }, 2],
  ['compressed', { 'a.json': gzipSync('x') }, undefined],
  ['no-sources', { 'a.json': zipOf([{ name: 'a', bytes: Buffer.from('x') }]) }, undefined],
] as const)('%s', async (code, files, line) => {
  const given = typeof files === 'string' ? fromPaths([files]) : fromContents(files);
  const error = await given.catch((thrown) => thrown);
  expect([error.code, error.place.line]).toEqual([code, line]);
});
