import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { hashFile } from '../../ground/hash.ts';
import { importedTasks } from '../imported-tasks.ts';
import { scanSources } from '../scan-sources.ts';
import { misfitCounts as codes, createImports } from './fixtures/imported.ts';
import { importData } from './import.ts';

const { fromContents: imported, fromPaths, own } = createImports();

it('reads pairs from a GBK table with CRLF, quoted commas and line breaks, and keeps its own task file', async () => {
  const file = join(await own(), 'pairs.csv');
  await cp(join(import.meta.dirname, 'fixtures', 'pairs-gbk.csv'), file);
  const before = await hashFile(file);
  const { report, dataDir, records } = await fromPaths([file], { seed: 1, ratios: [50, 25, 25] });
  expect(report).toMatchObject({
    ...{ task: 'mine', family: 'similarity', format: 'csv', encoding: 'gbk', offsets: null },
    ...{ labels: ['0', '1'], splits: { train: 12, dev: 6, test: 6 }, misfits: [], leaks: 0 },
  });
  const all = (await Promise.all(['train', 'dev', 'test'].map(records))).flat();
  expect(all.find(({ id }) => id === 'p1')).toEqual({
    ...{ id: 'p1', textA: '糖尿病能吃西瓜吗', textB: '血糖高可以吃西瓜吗,谢谢', label: '1' },
  });
  expect(all.find(({ id }) => id === 'p2')).toMatchObject({ textA: '糖尿病会遗传吗\n急', label: '0' });
  expect(await importedTasks(dataDir)).toMatchObject([{ id: 'mine', positive: '1', confidential: true }]);
  const record = JSON.parse(await readFile(join(dataDir, 'mine', 'import.json'), 'utf8'));
  expect([record.sources[0].sha256, await hashFile(file)]).toEqual([before, before]);
});

it('refuses a seed where sources name the splits, unless annotators are compared', async () => {
  const train = 'text,label\n头痛三天,甲\n夜间咳嗽,乙\n发热待查,甲\n腹泻,乙\n';
  const test = 'text,label\n头晕目眩,甲\n';
  const files = { 'train.csv': train, 'test.csv': test };
  await expect(imported(files, { seed: 1 })).rejects.toMatchObject({
    ...{ code: 'seed-unread', exitCode: 2, place: { field: 'seed' } },
  });
  const { report } = await imported(files, { seed: 1, ratios: [50, 25, 25] });
  expect(report.division).toMatchObject({ seed: 1 });
  const read = {
    'test-ann/1.txt': '甲病',
    'test-bob/1.txt': '甲病',
    'test-ann/1.ann': 'T1\tdis 0 2\t甲病\n',
  };
  const compared = { given: { byAnnotator: true }, seed: 1 };
  const { report: both } = await imported({ ...read, 'test-bob/1.ann': 'T1\tdis 0 1\t甲\n' }, compared);
  expect(both).toMatchObject({ division: 'sources', agreement: { annotators: ['test-ann', 'test-bob'] } });
});

it('detects UTF-16 and GB18030, and drops a byte-order mark', async () => {
  const table = 'text;label\n头痛;甲\n咳嗽;乙\n';
  const utf16 = Buffer.from(`\ufeff${table}`, 'utf16le');
  // GB18030 writes U+20000, which GBK lacks, in four bytes: 95 32 82 36.
  const gb = Buffer.concat([
    ...[Buffer.from('text;label\n'), Buffer.from([0x95, 0x32, 0x82, 0x36]), Buffer.from(';a\nb;c\n')],
  ]);
  for (const [content, encoding, first] of [
    [utf16, 'utf-16le', '头痛'],
    [utf16.subarray(2), 'utf-16le', '头痛'],
    [Buffer.from(utf16.subarray(2)).swap16(), 'utf-16be', '头痛'],
    [Buffer.from(`\ufeff${table}`), 'utf-8', '头痛'],
    [gb, 'gb18030', '\u{20000}'],
  ] as const) {
    const { report, records } = await imported({ 'test.csv': content });
    expect([report.encoding, (await records('test'))[0].text]).toEqual([encoding, first]);
  }
});

it('reads entities and relations of doccano in UTF-16, with astral characters and nested entities', async () => {
  // 🩺 is two UTF-16 code units: 甲 is at 2.
  const line = {
    ...{ id: 7, text: '🩺甲型肺炎用乙药' },
    entities: [
      { id: 1, label: 'dis', start_offset: 2, end_offset: 6 },
      { id: 2, label: 'bod', start_offset: 4, end_offset: 5 },
      { id: 3, label: 'dru', start_offset: 7, end_offset: 9 },
    ],
    relations: [
      { id: 1, from_id: 1, to_id: 3, type: '治' },
      { id: 2, from_id: 1, to_id: 99, type: '治' },
    ],
  };
  const { report, records, dataDir } = await imported({ 'test.jsonl': `${JSON.stringify(line)}\r\n` });
  expect(report).toMatchObject({ format: 'doccano', offsets: { unit: 'utf16', end: 'exclusive' } });
  expect(report.tasks.map(({ task, family, labels }) => [task, family, labels])).toEqual([
    ['mine', 'ner', ['bod', 'dis', 'dru']],
    ['mine-relations', 'relation', ['治']],
  ]);
  expect(await records('test')).toEqual([
    {
      ...{ id: '7', text: line.text },
      entities: [
        { start: 2, end: 6, type: 'dis', mention: '甲型肺炎' },
        { start: 4, end: 5, type: 'bod', mention: '肺' },
        { start: 7, end: 9, type: 'dru', mention: '乙药' },
      ],
      triples: [
        { subject: '甲型肺炎', predicate: '治', object: '乙药', subjectType: 'dis', objectType: 'dru' },
      ],
    },
  ]);
  expect(codes(report)).toEqual({ 'relation-end-missing': 1 });
  expect((await importedTasks(dataDir)).map(({ id }) => id)).toEqual(['mine-relations', 'mine']);
});

it('reads sequences and classes of doccano, and distinguishes one class from several', async () => {
  const spans = await imported({ 'test.jsonl': '{"id":1,"text":"甲病","label":[[0,2,"dis"]]}\n' });
  expect(await spans.records('test')).toMatchObject([{ entities: [{ mention: '甲病' }] }]);
  const one = '{"id":1,"text":"甲","label":["a"]}\n{"id":2,"text":"乙","label":[]}\n';
  const single = await imported({ 'test.jsonl': one });
  expect([single.report.family, single.report.splits]).toEqual(['classification', { test: 1 }]);
  expect(codes(single.report)).toEqual({ 'no-gold': 1 });
  const several = await imported({ 'test.jsonl': `${one}{"id":3,"text":"丙","label":["a","b"]}\n` });
  expect([several.report.family, several.report.splits]).toEqual(['multilabel', { test: 3 }]);
  const forced = await imported(
    { 'test.jsonl': `${one}{"id":3,"text":"丙","label":["a","b"]}\n` },
    { given: { family: 'classification' } },
  );
  expect(codes(forced.report)).toEqual({ 'no-gold': 1, 'several-labels': 1 });
});

it('infers an inclusive end from the mentions, and lists mismatches with both readings', async () => {
  // 😀 is one code point: 甲癌 is 3 to 4, its end included.
  const right = {
    text: '肺炎😀甲癌',
    entities: [
      { start_idx: 0, end_idx: 1, type: 'dis', entity: '肺炎' },
      { start_idx: 3, end_idx: 4, type: 'dis', entity: '甲癌' },
    ],
  };
  const wrong = {
    text: '甲病用乙药',
    entities: [
      { start_idx: 0, end_idx: 2, type: 'dis', entity: '甲病' },
      { start_idx: 3, end_idx: 9, type: 'dru', entity: '乙药' },
    ],
  };
  const { report, records } = await imported({ 'test.json': JSON.stringify([right, wrong], null, 2) });
  expect(report).toMatchObject({ format: 'json', offsets: { unit: 'code-point', end: 'inclusive' } });
  expect((await records('test')).map(({ entities }) => entities)).toEqual([
    [
      { start: 0, end: 2, type: 'dis', mention: '肺炎' },
      { start: 4, end: 6, type: 'dis', mention: '甲癌' },
    ],
    [{ start: 0, end: 3, type: 'dis', mention: '甲病用' }],
  ]);
  expect(codes(report)).toEqual({ 'offset-misfit': 1, 'span-outside': 1 });
  expect(report.misfits[0].examples[0].readings).toEqual([
    'code-point/inclusive: 甲病用',
    ...['code-point/exclusive: 甲病', 'utf16/exclusive: 甲病'],
  ]);
});

it('distinguishes code points from UTF-16 by the mentions of Label Studio, and ignores predictions', async () => {
  const span = (start: number, end: number, text: string, id: string) => ({
    ...{ id, from_name: 'label', to_name: 'text', type: 'labels' },
    value: { start, end, text, labels: ['dis'] },
  });
  const task = (result: unknown[], others: unknown[] = []) => [
    {
      ...{ id: 1, data: { text: '😀甲病', note: 'x' }, predictions: [{ result: [span(0, 1, '😀', 'p')] }] },
      annotations: [{ id: 1, was_cancelled: true, result: [] }, { id: 2, result }, ...others],
    },
  ];
  const utf16 = await imported({ 'test.json': JSON.stringify(task([span(2, 4, '甲病', 'a')])) });
  const points = await imported({
    'test.json': JSON.stringify(task([span(1, 3, '甲病', 'a')], [{ id: 3, result: [] }])),
  });
  expect([utf16.report.offsets?.unit, points.report.offsets?.unit]).toEqual(['utf16', 'code-point']);
  const entities = [{ start: 2, end: 4, type: 'dis', mention: '甲病' }];
  expect(await utf16.records('test')).toMatchObject([{ entities }]);
  expect(await points.records('test')).toMatchObject([{ entities }]);
  expect(codes(points.report)).toEqual({ 'annotators-differ': 1 });
});

it('reads JSON-MIN, one record for each task', async () => {
  const own = { annotator: 1, created_at: '2026', updated_at: '2026', lead_time: 2 };
  const label = [{ start: 0, end: 2, text: '甲病', labels: ['dis'] }];
  const rows = [
    { ...own, id: 1, annotation_id: 1, text: '甲病', label },
    { ...own, id: 1, annotation_id: 2, text: '甲病', label: [] },
  ];
  const { report, records } = await imported({ 'test.json': JSON.stringify(rows) });
  expect([report.format, report.family, codes(report)]).toEqual([
    ...['label-studio-min', 'ner', { 'annotator-twice': 1 }],
  ]);
  expect(await records('test')).toMatchObject([{ id: '1', entities: [{ mention: '甲病' }] }]);
  const choice = [{ ...own, id: 1, annotation_id: 1, text: '甲病', sentiment: 'good' }];
  const classes = await imported({ 'test.json': JSON.stringify(choice) });
  expect([classes.report.family, classes.report.labels]).toEqual(['classification', ['good']]);
});

it('reads a brat folder: nested and discontinuous spans after an astral character, CRLF, relations', async () => {
  // 右0 肺1 上2 叶3 😀4 下5 叶6 结7 节8 CR9 LF10 C11 T12
  const { report, records, dataDir } = await imported({
    'test/a.txt': '右肺上叶😀下叶结节\r\nCT',
    'test/a.ann':
      'T1\tbod 0 4\t右肺上叶\nT2\tbod 0 2;5 7\t右肺 下叶\nT3\tsym 7 9\t结节\nT4\tpro 11 13\tCT\nR1\tat Arg1:T3 Arg2:T2\nE1\tsym:T3\n',
  });
  expect(report).toMatchObject({ format: 'brat', offsets: { unit: 'code-point', end: 'exclusive' } });
  expect((await records('test'))[0].entities).toEqual([
    { start: 0, end: 4, type: 'bod', mention: '右肺上叶' },
    {
      start: 0,
      end: 8,
      type: 'bod',
      mention: '右肺上叶😀下叶',
      fragments: [
        [0, 2],
        [6, 8],
      ],
    },
    { start: 8, end: 10, type: 'sym', mention: '结节' },
    { start: 12, end: 14, type: 'pro', mention: 'CT' },
  ]);
  expect((await records('test'))[0].triples).toMatchObject([{ subject: '结节', predicate: 'at' }]);
  const [relations, entities] = await importedTasks(dataDir);
  expect([entities.discontinuous, relations.discontinuous]).toEqual([true, undefined]);
  expect(codes(report)).toEqual({ 'not-carried': 1 });
});

it('reads CoNLL columns', async () => {
  const { report, records } = await imported({
    'test.conll': '甲 B-dis\n病 I-dis\n用 O\n\n乙 B-dru\n药 I-dru\n',
  });
  expect([report.format, report.splits]).toEqual(['conll', { test: 2 }]);
  expect((await records('test'))[0]).toEqual({
    ...{ text: '甲病用', entities: [{ start: 0, end: 2, type: 'dis', mention: '甲病' }] },
  });
});

it('keeps groups and near twins in one split', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const body = String.fromCodePoint(
      ...Array.from({ length: 12 }, (_, k) => 0x4e00 + ((i >> 1) * 37 + k * 101)),
    );
    return `${body}${i % 2 ? '。' : ''},${i % 2},患者${i >> 2}`;
  });
  const { report, records } = await imported(
    { 'notes.csv': `text,label,patient\n${rows.join('\n')}\n` },
    { given: { group: 'patient' }, ratios: [60, 20, 20] },
  );
  expect(report.leaks).toBe(0);
  const parts = await Promise.all(['train', 'dev', 'test'].map(records));
  expect(parts.map(({ length }) => length)).toEqual([36, 12, 12]);
  const groups = parts.map((part) => new Set(part.map(({ group }) => group)));
  expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(15);
  const again = await imported(
    { 'notes.csv': `text,label,patient\n${rows.join('\n')}\n` },
    { given: { group: 'patient' }, ratios: [60, 20, 20] },
  );
  expect(await again.records('test')).toEqual(parts[2]);
});

it('counts leaks between the splits that sources name', async () => {
  const { report } = await imported({
    'train.csv': 'text,label\n头痛三天,a\n',
    'test.csv': 'text,label\n头痛三天。,a\n',
  });
  expect([report.splits, report.leaks]).toEqual([{ train: 1, test: 1 }, 1]);
});

it('splits a source that names only train', async () => {
  const rows = ['头痛三天', '咳嗽一周', '高热不退', '腹泻两日'].map((text) => `${text},a\n`);
  const { report } = await imported({ 'train.csv': `text,label\n${rows.join('')}` });
  expect([report.division, Object.keys(report.splits)]).toEqual([
    ...[{ ratios: [70, 10, 20], seed: 0, group: null }, ['train', 'dev', 'test']],
  ]);
});

it('writes nothing on a dry run, and refuses an existing name', async () => {
  const files = { 'test.csv': 'text,label\n头痛,a\n' };
  const dry = await imported(files, { dryRun: true });
  expect([dry.report.labels, existsSync(dry.dataDir)]).toEqual([['a'], false]);
  const made = await imported(files);
  const again = { name: 'mine', dataDir: made.dataDir, sources: [made.report.sources[0].path] };
  await expect(importData({ ...again, given: { fields: {} }, seed: 0, dryRun: false })).rejects.toMatchObject(
    { code: 'already-exists' },
  );
  await expect(imported(files, { name: 'cmedqq' })).rejects.toMatchObject({ code: 'name-taken' });
  await expect(imported(files, { name: '../x' })).rejects.toMatchObject({ code: 'name-taken' });
});

it.each([
  ['no-such-field', { 'a.csv': 'x,y\n1,2\n' }, { fields: { text: 'z' } }, {}],
  ['which-fields', { 'a.csv': 'x,y\n1,2\n' }, {}, {}],
  ['ragged-row', { 'a.csv': 'text,label\n头痛,咳嗽,a\n' }, {}, { line: 2 }],
  ['csv-quote', { 'a.csv': 'text,label\n头痛,"a\n' }, {}, { line: 2 }],
  ['no-gold', { 'a.csv': 'text,other\n头痛,a\n' }, {}, {}],
  ['family-mismatch', { 'a.csv': 'text,label\n头痛,a\n' }, { family: 'ner' }, {}],
  ['which-positive', { 'a.csv': 'text1,text2,label\n头痛,头疼,a\n' }, { family: 'similarity' }, {}],
  ['not-similarity', { 'a.csv': 'text,label\n头痛,a\n' }, { positive: 'a' }, { field: 'positive' }],
  ['no-configurations', { 'a.csv': 'text,label\n头痛,a\n' }, { config: 'x' }, { field: 'config' }],
  ['no-group', { 'a.csv': 'text,label,g\n头痛,a,\n' }, { group: 'g' }, { line: 2, field: 'g' }],
  ['import-format', { 'a.txt': '头痛\n' }, {}, {}],
  ['bad-json', { 'a.json': '[{"text":"头痛","label":"a"},{"te' }, {}, { line: 1 }],
  ['bad-brat', { 'b/a.txt': '头痛', 'b/a.ann': 'T1\tsym 0\t头痛\n' }, {}, { line: 1 }],
  ['not-utf8', { 'a.csv': Buffer.from([0x74, 0x0a, 0xff, 0xff, 0x0a]) }, {}, { line: 2 }],
  ['bad-workbook', { 'a.xlsx': 'PK' }, {}, {}],
  ['mixed-inputs', { 'a.csv': 'text,label\n头痛,a\n', 'b.csv': 'text1,text2,label\n头痛,头疼,a\n' }, {}, {}],
  ['no-sources', { 'b/a.xyz': '头痛' }, {}, {}],
] as const)('%s', async (code, files, given, place) => {
  const error = await imported(files, { given }).catch((thrown) => thrown);
  expect([error.code, error.place]).toEqual([code, expect.objectContaining(place)]);
});

it('trains on a group of most records, and evaluates on the rest', async () => {
  // Every pair of the first 48 shares a text with the next.
  const linked = Array.from({ length: 48 }, (_, i) => `问${i},问${i + 1},${i % 2}\n`);
  const free = Array.from(
    { length: 12 },
    (_, i) => `独立问句${i}号,${'甲乙丙丁戊己庚辛壬癸子丑'[i].repeat(6)},${i % 2}\n`,
  );
  const { report, records } = await imported({
    'pairs.csv': ['text1,text2,label\n', ...linked, ...free].join(''),
  });
  expect(report.splits).toEqual({ train: 48, dev: 4, test: 8 });
  expect((await records('train')).every(({ textA }) => String(textA).startsWith('问'))).toBe(true);
  // Two components are too few for three splits: they are drawn as they come.
  const two = await imported({
    'pairs.csv': ['text1,text2,label\n', ...linked, ...free.slice(0, 1)].join(''),
  }).catch(({ code }) => code);
  expect(two).toBe('too-few-groups');
});

it('can be interrupted, and leaves nothing', async () => {
  const sources = [join(import.meta.dirname, 'fixtures', 'pairs-gbk.csv')];
  const dataDir = await own();
  await mkdir(dataDir, { recursive: true });
  const before = await readdir(dataDir);
  const reason = new UserError('interrupted', { en: 'Interrupted', zh: '已中断' });
  const signal = AbortSignal.abort(reason);
  const request = { sources, name: 'mine', dataDir, seed: 1, dryRun: false, given: { fields: {} }, signal };
  await expect(importData(request)).rejects.toBe(reason);
  expect(await readdir(dataDir)).toEqual(before);
  await expect(scanSources(sources, {}, signal)).rejects.toBe(reason);
});
