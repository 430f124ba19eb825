import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf } from '../../../scripts/fuzz/containers.ts';
import { type ImportRequest, importData } from './import.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-readings-'));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
async function imported(
  files: Readonly<Record<string, string | Buffer>>,
  given: Partial<ImportRequest['given']> = {},
) {
  const own = join(folder, String(count++));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(own, name)), { recursive: true });
    await writeFile(join(own, name), content);
  }
  const sources = [...new Set(Object.keys(files).map((name) => join(own, name.split('/')[0])))];
  const request = { sources, name: 'mine', dataDir: join(own, 'data'), seed: 0, dryRun: false };
  const report = await importData({ ...request, given: { fields: {}, ...given } });
  const lines = (await readFile(join(own, 'data', 'mine', 'test.jsonl'), 'utf8')).trimEnd().split('\n');
  return { report, records: lines.map((line) => JSON.parse(line)) };
}

/** Two records with one class each, as three annotators chose. */
const classes = JSON.stringify(
  ['aab', 'bbb'].map((choices, i) => ({
    id: i + 1,
    data: { text: `病历${i}` },
    annotations: [...choices].map((choice, k) => ({
      completed_by: k === 2 ? { id: 9, email: 'c@example.org' } : k + 1,
      result: [{ type: 'choices', value: { choices: [choice] } }],
    })),
  })),
);

it('adjudicates the classes of Label Studio by majority or by an annotator', async () => {
  const first = await imported({ 'test.json': classes });
  expect(first.records.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(first.report.agreement).toMatchObject({
    ...{ annotators: ['1', '2', '9'], records: 2, differing: 1, adjudication: 'first' },
    disagreements: [{ id: '1', readings: [{ annotator: '1', marks: 'a' }, { marks: 'a' }, { marks: 'b' }] }],
  });
  // coincidences: o_ab = 2 / 2 + 2 / 2 = 2; n_a = 2, n_b = 4: 1 - (2 / 6) / (2 * 2 * 4 / 30)
  expect(first.report.agreement?.alpha?.estimate).toBeCloseTo(1 - 2 / 6 / (16 / 30), 12);
  expect(first.report.agreement?.pairs.map(({ a, b, kappa }) => [a, b, kappa?.estimate])).toEqual([
    ['1', '2', 1],
    ['1', '9', 0],
    ['2', '9', 0],
  ]);
  const majority = await imported({ 'test.json': classes }, { adjudicate: 'majority' });
  expect(majority.records.map(({ label }) => label)).toEqual(['a', 'b']);
  const named = await imported({ 'test.json': classes }, { adjudicate: '9' });
  expect(named.records.map(({ label }) => label)).toEqual(['b', 'b']);
});

const TEXT = '甲病用乙药';
const ANNOTATED = {
  'test-ann/1.txt': TEXT,
  'test-ann/1.ann': 'T1\tdis 0 2\t甲病\nT2\tdru 3 5\t乙药\nR1\t治 Arg1:T2 Arg2:T1\n',
  'test-bob/1.txt': TEXT,
  'test-bob/1.ann': 'T7\tdis 0 2\t甲病\nT9\tdru 3 4\t乙\nR1\t治 Arg1:T9 Arg2:T7\n',
};

it('compares the entities and relations of a folder for each annotator', async () => {
  const { report, records } = await imported(ANNOTATED, { byAnnotator: true, adjudicate: 'majority' });
  expect(report.agreement?.pairs).toMatchObject([
    { a: 'test-ann', b: 'test-bob', records: 1, entities: { estimate: 0.5 }, relations: { estimate: 0 } },
  ]);
  expect(records).toEqual([
    { id: '1', text: TEXT, entities: [{ start: 0, end: 2, type: 'dis', mention: '甲病' }], triples: [] },
  ]);
  const bob = await imported(ANNOTATED, { byAnnotator: true, adjudicate: 'test-bob' });
  expect(bob.records[0].triples).toMatchObject([{ subject: '乙', object: '甲病' }]);
});

it('reports agreement per label, and over the characters of the texts', async () => {
  const { report } = await imported(ANNOTATED, { byAnnotator: true });
  expect(report.agreement?.labels).toEqual({
    byLabel: [
      { label: 'dis', marked: 2, agreed: 2 },
      { label: 'dru', marked: 2, agreed: 0 },
    ],
    confusions: [],
  });
  // 甲病 dis, 用 none, 乙 dru, 药 dru by one: D_o = 2, n = 10: dis 4, none 3, dru 3
  expect(report.agreement?.entityAlpha?.estimate).toBeCloseTo(1 - (2 * 9) / (100 - 34), 12);
  const { report: chosen } = await imported({ 'test.json': classes });
  expect(chosen.agreement?.labels.confusions).toEqual([{ labels: ['a', 'b'], count: 2 }]);
});

it('keeps the text of patients out of the record of disagreements', async () => {
  const { report } = await imported(ANNOTATED, { byAnnotator: true });
  expect(JSON.stringify(report.agreement?.disagreements)).not.toMatch(/甲|乙/);
});

it('counts an annotator who annotated a record twice, and records that the adjudicator did not annotate', async () => {
  const tasks = JSON.parse(classes);
  tasks[0].annotations[1].completed_by = 1;
  const { report } = await imported({ 'test.json': JSON.stringify(tasks) }, { adjudicate: '2' });
  expect(Object.fromEntries(report.misfits.map(({ code, count }) => [code, count]))).toEqual({
    ...{ 'annotator-twice': 1, 'annotators-differ': 1, 'not-adjudicated': 1 },
  });
});

it('refuses two annotators with the same id, as from files of the same name in two folders', async () => {
  const one = 'text,label\n头痛,a\n';
  const other = 'text,label\n头痛,b\n';
  const files = { 'ward/test-ann.csv': one, 'clinic/test-ann.csv': other };
  await expect(imported(files, { byAnnotator: true })).rejects.toMatchObject({
    ...{ code: 'annotator-not-unique', exitCode: 2 },
    place: { file: expect.stringMatching(/clinic.test-ann\.csv$/), id: 'test-ann' },
  });
  // Nothing indicates that they are from two people.
  expect((await imported(files)).report.agreement).toBeNull();
});

it('does not attribute files of the same name in different folders of an archive to one user', async () => {
  const files = ['ward', 'clinic'].map((folder) => ({
    name: `${folder}/notes.jsonl`,
    bytes: Buffer.from(`${JSON.stringify({ id: 1, text: `${folder}头痛`, label: [folder] })}\n`),
  }));
  const { report } = await imported({ 'test.zip': zipOf(files) });
  expect([report.agreement, report.sources.map(({ records }) => records)]).toEqual([null, [1, 1]]);
});

it.each([
  ['no-annotators', { 'test.csv': 'text,label\n头痛,a\n' }, 'majority'],
  ['unknown-annotator', { 'test.json': classes }, 'nobody'],
])('%s', async (code, files, adjudicate) => {
  await expect(imported(files as Record<string, string>, { adjudicate })).rejects.toMatchObject({ code });
});

it('attributes each file of an archive to one user, as doccano exports them', async () => {
  const of = (label: string): string =>
    ['病历一', '病历二']
      .map((text, id) => `${JSON.stringify({ id, text, label: [label], Comments: [] })}\n`)
      .join('');
  const users = [
    { name: 'ann.jsonl', bytes: Buffer.from(of('a')) },
    { name: 'bob.jsonl', bytes: Buffer.from(of('b')) },
  ];
  const given = { adjudicate: 'bob' };
  const { report, records } = await imported({ 'test-project.zip': zipOf(users) }, given);
  expect(report.agreement).toMatchObject({ annotators: ['ann', 'bob'], records: 2, differing: 2 });
  expect(records.map(({ label }) => label)).toEqual(['b', 'b']);
  expect(report.sources.map(({ path, format }) => [path.split('/').at(-1), format])).toEqual([
    ['ann.jsonl', 'doccano'],
    ['bob.jsonl', 'doccano'],
  ]);
  const damaged = zipOf(users).fill(0, 40, 50);
  await expect(imported({ 'test.zip': damaged })).rejects.toMatchObject({ code: 'bad-archive' });
  const nothing = zipOf([{ name: 'a.png', bytes: Buffer.from('') }]);
  await expect(imported({ 'test.zip': nothing })).rejects.toMatchObject({ code: 'no-sources' });
});

it('skips users without any annotation, and empty files, in the archive of a doccano project', async () => {
  const line = (id: number, labels: unknown[]): string =>
    `${JSON.stringify({ id, text: `甲病第${id}例`, label: labels, Comments: [] })}\n`;
  const file = (name: string, content: string) => ({ name, bytes: Buffer.from(content) });
  const ids = Array.from({ length: 12 }, (_, i) => i);
  const admin = ids.map((id) => line(id, [])).join('');
  const ann = ids.slice(0, 11).map((id) => line(id, [[0, 2, 'dis']]));
  const bob = ids.slice(0, 11).map((id) => line(id, id === 3 ? [[0, 1, 'dis']] : [[0, 2, 'dis']]));
  const archive = zipOf([
    ...[file('admin.jsonl', admin), file('ann.jsonl', ann.join('')), file('bob.jsonl', bob.join(''))],
    file('guest.jsonl', '\n'),
  ]);
  const { report, records } = await imported({ 'test.zip': archive });
  expect(report.agreement).toMatchObject({ annotators: ['ann', 'bob'], records: 11, differing: 1 });
  expect(report.misfits.map(({ code, count }) => [code, count])).toEqual(
    expect.arrayContaining([
      ['file-empty', 1],
      ['annotator-idle', 1],
    ]),
  );
  // Records that nobody annotated are kept once, without annotation.
  expect(records.map(({ entities }) => entities?.length)).toEqual([0, ...Array(11).fill(1)]);
});
