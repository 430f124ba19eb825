import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zipOf } from '../../../scripts/fuzz/containers.ts';
import { createImports } from './fixtures/imported.ts';
import type { ImportRequest } from './import.ts';

/** Files that openpyxl, XlsxWriter, pyarrow and `datasets` wrote: bench/peers/import_fixtures.py. */
const fixtures = join(import.meta.dirname, 'fixtures');

const { fromPaths, fromContents, own } = createImports();

const imported = (source: string, given: Partial<ImportRequest['given']> = {}) =>
  fromPaths([source], { given });

it('reads the sheets of a workbook as splits: codes, numbers as labels, merged cells, line breaks, hidden sheets', async () => {
  const { report, records } = await imported(join(fixtures, 'ward.xlsx'), { group: '患者' });
  expect(report).toMatchObject({
    ...{ format: 'xlsx', family: 'classification', labels: ['1', '2'], splits: { train: 4, test: 4 } },
  });
  expect(await records('train')).toEqual([
    { id: '000000', group: '患者0', text: '头痛三天 & 发热0', label: '1' },
    { id: '000001', group: '患者0', text: '咳嗽\n有痰1', label: '2' },
    { id: '000002', group: '患者2', text: '🩺复查2', label: '1' },
    { id: '000003', group: '患者3', text: '  腹痛<一周>3', label: '2' },
  ]);
  const found = report.misfits.map(({ code, examples }) => [code, examples.map(({ field }) => field)]);
  expect(found).toEqual([
    ['sheet-left-out', ['说明', '草稿']],
    ['cell-error', ['F3']],
    ['formula-without-value', ['F4']],
  ]);
});

it('reads dates, the results of formulas, rich text, and rows after an empty one', async () => {
  const { report, records } = await imported(join(fixtures, 'triage.xlsx'), { fields: { id: '登记时间' } });
  expect(report).toMatchObject({ labels: ['急诊', '门诊', '预约'], splits: { train: 52, dev: 8, test: 15 } });
  const all = (await Promise.all(['train', 'dev', 'test'].map(records))).flat();
  const ids = all.map(({ id }) => id).sort();
  expect([ids[0], ids[74]]).toEqual(['2026-03-01 08:30:00', '2026-03-04 10:30:00']);
  expect(all.every(({ text }) => String(text).length > 10)).toBe(true);
});

it('reads tokens and tags of a dataset folder as its card and its Parquet files say', async () => {
  const { report, records } = await imported(join(fixtures, 'dataset'));
  expect(report).toMatchObject({ format: 'parquet', family: 'ner', splits: { train: 6, dev: 3, test: 3 } });
  expect(report.sources.map(({ offsets }) => offsets?.unit)).toEqual(
    Array.from({ length: 4 }, () => 'utf16'),
  );
  expect(await records('dev')).toEqual([
    {
      ...{ id: 'validation-0-0', text: '甲型肺炎用CT scan 2' },
      entities: [
        { start: 0, end: 4, type: 'dis', mention: '甲型肺炎' },
        { start: 5, end: 12, type: 'pro', mention: 'CT scan' },
      ],
    },
    { id: 'validation-0-1', text: '无异常', entities: [] },
    { id: 'validation-0-2', text: '🩺乙病', entities: [{ start: 2, end: 4, type: 'dis', mention: '乙病' }] },
  ]);
});

it('takes the named configuration, with the names of its classes', async () => {
  const { report, records } = await imported(join(fixtures, 'dataset'), { config: 'topics' });
  expect([report.labels, report.misfits.map(({ code }) => code)]).toEqual([
    ['routine', 'urgent'],
    ['no-gold'],
  ]);
  expect(await records('test')).toEqual([
    { text: '甲', label: 'urgent' },
    { text: '乙', label: 'routine' },
  ]);
  const missing = imported(join(fixtures, 'dataset'), { config: 'none' });
  await expect(missing).rejects.toMatchObject({ code: 'which-config', exitCode: 2 });
});

it('takes class names from the card alone, in various styles of YAML', async () => {
  const card = `---
# invented
language: [zh, "en"]
pretty_name: 'It''s: invented'
description: |
  - not: an item
dataset_info:
  features:
    - {name: text, dtype: string}
    - name: text
      dtype: string
    - name: label
      dtype: {class_label: unread}
    - name: "label"
      dtype:
        class_label:
          names: [urgent, 'routine']
  splits:
  -
    name: train
---
`;
  const { report, records } = await fromContents({
    'set/README.md': card,
    'set/data/train.csv': 'text,label\n甲,0\n乙,1\n',
    'set/data/validation.csv': 'text,label\n丙,1\n丁,7\n',
    'set/data/.cache.csv': 'x\n',
  });
  expect(report).toMatchObject({ labels: ['routine', 'urgent'], splits: { train: 2, dev: 1 } });
  expect(await records('dev')).toEqual([{ text: '丙', label: 'routine' }]);
});

it('reads entities from Parquet row groups, with numbers beyond 2^53', async () => {
  const { report, records } = await imported(join(fixtures, 'test-entities.zstd.parquet'));
  expect(report.offsets).toEqual({ unit: 'code-point', end: 'exclusive' });
  expect(await records('test')).toEqual([
    {
      id: '9007199254740993',
      text: '😀甲病',
      entities: [{ start: 2, end: 4, type: 'dis', mention: '甲病' }],
    },
    {
      ...{ id: '2', text: '乙病用丙药' },
      entities: [
        { start: 0, end: 2, type: 'dis', mention: '乙病' },
        { start: 3, end: 5, type: 'dru', mention: '丙药' },
      ],
    },
    { id: '3', text: '无', entities: [] },
  ]);
});

const RELATIONS = (target: string, type: string): string =>
  `<Relationships><Relationship Id="r1" Type="http://x/${type}" Target="${target}"/></Relationships>`;

/** The least workbook with a sheet. */
const workbook = (sheet: string): Buffer =>
  zipOf(
    Object.entries({
      '_rels/.rels': RELATIONS('xl/workbook.xml', 'officeDocument'),
      'xl/workbook.xml':
        '<x:workbook xmlns:x="m"><x:sheets><x:sheet name="s" r:id="r1"/></x:sheets></x:workbook>',
      'xl/_rels/workbook.xml.rels': RELATIONS('/xl/s.xml', 'worksheet'),
      'xl/s.xml': `<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData>${sheet}</x:sheetData></x:worksheet>`,
    }).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  );

const inline = (...texts: string[]): string =>
  `<x:row>${texts.map((text) => `<x:c t="inlineStr"><x:is><x:t>${text}</x:t></x:is></x:c>`).join('')}</x:row>`;

it('reads cells without references, prefixed names, escaped units and characters by number', async () => {
  const rows = [inline('text', 'label'), inline('a&#x1F600;&amp;b_x000A_', 'A'), inline('c', 'B')];
  const { report } = await fromContents({ 'test.xlsx': workbook(rows.join('')) });
  expect(report.samples.map(({ texts, gold }) => [...texts, gold])).toContainEqual(['a😀&b\n', 'A']);
});

const bomb = (): Buffer => {
  const bytes = workbook(inline('text', 'label'));
  // The directory claims that the last part unpacks to 2 GB.
  const at = bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
  bytes.writeUInt32LE(2_000_000_000, at + 24);
  return bytes;
};

it.each([
  ['bad-workbook', 'a.xlsx', Buffer.from('PK\x03\x04 not a zip')],
  ['bad-workbook', 'b.xlsx', workbook('<!DOCTYPE x [<!ENTITY a "aaaa">]>')],
  ['bad-workbook', 'c.xlsx', workbook('<x:row r="2"/><x:row r="1"/>')],
  ['bad-workbook', 'd.xlsx', workbook('<x:row><x:c t="s"><x:v>7</x:v></x:c></x:row>')],
  ['no-sheet', 'e.xlsx', workbook('')],
  ['which-fields', 'f.xlsx', workbook(inline('x', 'y') + inline('1', '2'))],
  ['workbook-too-large', 'g.xlsx', bomb()],
  ['bad-workbook', 'k.xlsx', workbook(inline('text', 'x'.repeat(2 << 20)))],
  [
    'workbook-too-large',
    'l.xlsx',
    workbook(`</x:sheetData>${'<x:mergeCell ref="A1:XFD1048576"/>'.repeat(2)}<x:sheetData>`),
  ],
  ['old-workbook', 'h.xlsx', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])],
  ['bad-parquet', 'i.parquet', Buffer.from('PAR1 is not all PAR1')],
  ['no-sheet', 'j.csv', workbook('')],
])('%s %s', async (code, name, content) => {
  const error = await fromContents({ [name]: content }).catch((thrown) => thrown);
  expect([error.code, error.place?.file]).toEqual([code, expect.stringContaining(name)]);
});

it('refuses the output of save_to_disk, and a card whose files are missing', async () => {
  const saved = fromContents({ 'saved/dataset_dict.json': '{"splits": ["train"]}' });
  await expect(saved).rejects.toMatchObject({ code: 'arrow-dataset' });
  const partial = await own();
  await cp(join(fixtures, 'dataset', 'README.md'), join(partial, 'README.md'));
  await expect(imported(partial)).rejects.toMatchObject({ code: 'no-data-files' });
});

it('reports that numeric tags need names', async () => {
  const place = expect.objectContaining({ line: 1, field: 'ner_tags[0]' });
  const read = fromContents({ 'test.jsonl': '{"tokens":["甲","病"],"ner_tags":[1,2]}\n' });
  await expect(read).rejects.toMatchObject({ code: 'bad-tokens', place });
});
