import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IMPORT_RECORD, readAgreement } from '../../../src/datasets/import-record.ts';
import { importData } from '../../../src/datasets/imports/import.ts';
import { readZip } from '../../../src/fetch/zip.ts';
import { jsonParts } from '../../../src/ground/json.ts';
import { columnsOf } from '../../../src/ground/parquet-columns.ts';
import { parquetParts } from '../../../src/ground/parquet-writer.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import { type ZipEntry, zip, zipOf } from '../containers.ts';
import type { Reader, Shape, Subject } from '../subject.ts';

/** Files that openpyxl, XlsxWriter, pyarrow, datasets and dkpro-cassis wrote. */
const FIXTURES = join(import.meta.dirname, '../../../src/datasets/imports/fixtures');

const lines = (make: (i: number) => unknown): string =>
  Array.from({ length: 12 }, (_, i) => `${JSON.stringify(make(i))}\n`).join('');

const doccano = lines((i) => ({
  ...{ id: i, text: `🩺甲型肺炎${i}用乙药` },
  entities: [
    { id: 1, label: 'dis', start_offset: 2, end_offset: 6 },
    { id: 2, label: 'dru', start_offset: 8, end_offset: 10 },
  ],
  relations: [{ id: 1, from_id: 1, to_id: 2, type: '治' }],
}));
const plain = lines((i) => ({
  ...{ text: `头痛${i}天`, entities: [{ start_idx: 0, end_idx: 1, type: 'sym', entity: '头痛' }] },
}));
const related = lines((i) => ({
  text: `右肺上叶及下叶${i}个结节`,
  entities: [
    {
      id: 1,
      start: 0,
      end: 7,
      type: 'bod',
      fragments: [
        [0, 2],
        [5, 7],
      ],
    },
    { id: 2, start: 9, end: 11, type: 'sym', mention: '结节' },
  ],
  relations: [{ type: 'at', from: 2, to: 1 }],
}));
const several = JSON.stringify(
  Array.from({ length: 8 }, (_, id) => ({
    ...{ id, data: { text: `病历${id}` } },
    annotations: ['a', id % 2 ? 'a' : 'b'].map((choice, completed_by) => ({
      completed_by,
      result: [{ type: 'choices', value: { choices: [choice] } }],
    })),
  })),
);
const tokens = lines((i) => ({ tokens: ['头', '痛', 'CT', `${i}`], tags: ['B-sym', 'I-sym', 'B-pro', 'O'] }));
const labelStudio = JSON.stringify(
  Array.from({ length: 8 }, (_, id) => ({
    ...{ id, data: { text: `甲病${id}用乙药` } },
    annotations: [
      {
        ...{ id: 1, was_cancelled: false },
        result: [
          { id: 'a', type: 'labels', value: { start: 0, end: 2, text: '甲病', labels: ['dis'] } },
          { id: 'b', type: 'labels', value: { start: 4, end: 6, text: '乙药', labels: ['dru'] } },
          { type: 'relation', from_id: 'a', to_id: 'b', direction: 'right', labels: ['治'] },
        ],
      },
    ],
  })),
);
const flat = JSON.stringify(
  Array.from({ length: 8 }, (_, id) => ({
    ...{ id, text: `头痛${id}天`, label: [{ start: 0, end: 2, text: '头痛', labels: ['sym'] }] },
    ...{ annotator: 1, annotation_id: id, created_at: 'x', updated_at: 'y', lead_time: 1.5 },
  })),
);
const webanno = `#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Entity|value
#T_RL=webanno.custom.Rel|label|BT_webanno.custom.Entity


#Text=甲病用乙药
1-1\t0-1\t甲\tdis[1]\t_\t_\t
1-2\t1-2\t病\tdis[1]|sub\\_x[2]\t_\t_\t
1-3\t2-3\t用\t_\t_\t_\t
1-4\t3-5\t乙药\tdru\t治\t1-1[1_0]\t
`;
const fasttext = Array.from({ length: 12 }, (_, i) => `__label__${i % 2} 头痛${i}天 __comment__重\n`).join(
  '',
);
const inside = JSON.stringify({
  version: 1,
  data: Array.from({ length: 12 }, (_, i) => ({ 主诉: `头痛${i}天，伴发热`, 去向: i % 2 })),
});
const conll = '-DOCSTART- -X- O\n\n甲 n B-dis\n病 n E-dis\n用 v O\n\n乙 n S-dru\n\n头 n B-sym\n痛 n E-sym\n';
const personal = `编号,文本,标签,患者\n${Array.from({ length: 12 }, (_, i) => `${i},姓名：王小明，电话1381234567${i % 10}，头痛${i}天,${i % 2},P${i % 5}\n`).join('')}`;
const csv = `id,text1,text2,label\n${Array.from({ length: 12 }, (_, i) => `${i},"头痛${i},急",头疼${i}天,${i % 2}\n`).join('')}`;

type Given = Partial<Parameters<typeof importData>[0]['given']>;

export const imports: Reader = {
  name: 'imports',
  async prepare(folder) {
    const read =
      (source: string, given: Given = {}) =>
      async (): Promise<unknown> => {
        const request = { sources: [source], name: 'own', dataDir: folder, seed: 0, dryRun: true };
        const report = await importData({ ...request, given: { fields: {}, ...given } });
        // Figures of agreement may be NaN, as documented: what is written of them is judged.
        const { agreement, ...rest } = report;
        return { ...rest, agreement: [...jsonParts(agreement)].join('') };
      };
    const own = (path: string, shape: Shape, content: string | Buffer, source = path): Subject => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return { name: path, file, shape, read: read(join(folder, source)) };
    };
    const users = ['ann', 'bob'].map((who) => ({ name: `${who}.jsonl`, bytes: Buffer.from(doccano) }));
    const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
    cpSync(join(FIXTURES, 'dataset'), join(folder, 'dataset'), { recursive: true });
    const card = fixture('dataset/README.md');
    const gbk = { ...own('pairs.csv', 'bytes', fixture('pairs-gbk.csv')) };
    const text = own('brat-test/a.txt', 'bytes', '右肺上叶下叶结节\r\nCT', 'brat-test');
    const annotations =
      'T1\tbod 0 4\t右肺上叶\nT2\tbod 0 2;4 6\t右肺 下叶\nR1\tat Arg1:T1 Arg2:T2\nA1\tNeg T1\n';
    const masked = own('clinic.csv', 'lines', personal);
    return [
      { ...masked, read: read(masked.file, { mask: true, group: '患者' }) },
      ...[own('utf8.csv', 'lines', csv), gbk, own('doccano.jsonl', 'lines', doccano)],
      ...[own('plain.jsonl', 'lines', plain), own('tokens.jsonl', 'lines', tokens)],
      ...[own('studio.json', 'json', labelStudio), own('flat.json', 'json', flat)],
      ...[own('webanno.test.tsv', 'lines', webanno), own('test.conll', 'lines', conll)],
      ...[own('classes.txt', 'lines', fasttext), own('inside.json', 'json', inside)],
      ...[text, own('brat-test/a.ann', 'lines', annotations, 'brat-test')],
      ...[
        own('test-cas.json', 'json', fixture('test-cas.json')),
        own('dataset/README.md', 'lines', card, 'dataset'),
      ],
      own('test-entities.parquet', 'bytes', fixture('test-entities.zstd.parquet')),
      ...[own('related.jsonl', 'lines', related), own('several.json', 'json', several)],
      own('test-studio.csv', 'lines', fixture('test-studio.csv')),
      { ...own('users.zip', 'bytes', zipOf(users)), container: zip(users) },
      await exported(folder),
      await record(folder, join(folder, 'several.json')),
      ...[await workbook('ward.xlsx'), await workbook('triage.xlsx')].map(({ name, entries }) => ({
        ...own(name, 'bytes', zipOf(entries)),
        container: zip(entries),
      })),
    ];
  },
};

/** A Parquet file that `data export` wrote: nested columns, in small groups of rows. */
async function exported(folder: string): Promise<Subject> {
  const file = join(folder, 'exported.parquet');
  const parts: Uint8Array[] = [];
  const rows = related
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for await (const part of parquetParts({ columns: columnsOf(rows), rows: [rows] })) parts.push(part);
  writeFileSync(file, Buffer.concat(parts));
  const request = { sources: [file], name: 'own', dataDir: folder, seed: 0, dryRun: true };
  const read = async (): Promise<unknown> => importData({ ...request, given: { fields: {} } });
  return { name: 'exported.parquet', file, shape: 'bytes', read };
}

/** The record of annotators of an import, under its hash. */
async function record(folder: string, source: string): Promise<Subject> {
  const request = { sources: [source], name: 'recorded', dataDir: folder, seed: 0, dryRun: false };
  await importData({ ...request, given: { fields: {} } });
  const corpus = { ...findTask('cMedIC').corpus, folder: 'recorded' };
  const file = join(folder, 'recorded', IMPORT_RECORD);
  return {
    name: IMPORT_RECORD,
    file,
    shape: 'json',
    hashed: true,
    read: () => readAgreement({ corpus }, folder),
  };
}

async function workbook(name: string): Promise<{ readonly name: string; readonly entries: ZipEntry[] }> {
  const entries: ZipEntry[] = [];
  for (const part of await readZip(join(FIXTURES, name))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.read()) chunks.push(chunk);
    entries.push({ name: part.name, bytes: Buffer.concat(chunks) });
  }
  return { name, entries };
}
