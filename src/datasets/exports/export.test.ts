import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importData } from '../imports/import.ts';
import { exportData } from './export.ts';
import { createTasks } from './fixtures/tasks.ts';
import type { ExportFormatId } from './registry.ts';

const { bring } = createTasks();
type Brought = Awaited<ReturnType<typeof bring>>;
const write = ({ dir, task }: Brought, to: ExportFormatId, leaveOut = false) =>
  exportData({ task, dir, to, out: join(dir, 'out'), leaveOut });

const NESTED = {
  text: '🩺甲肺病',
  entities: [
    { start: 2, end: 5, type: 'dis' },
    { start: 3, end: 4, type: 'bod' },
  ],
};
const FLAT = { text: '🩺甲肺病', entities: [{ start: 2, end: 5, type: 'dis' }] };

it('counts offsets as each format does: code points, but UTF-16 in doccano', async () => {
  const brought = await bring('ner', { test: [NESTED] });
  await write(brought, 'doccano');
  const doccano = JSON.parse(await readFile(join(brought.dir, 'out', 'test.jsonl'), 'utf8'));
  expect(doccano.label).toEqual([
    [2, 5, 'dis'],
    [3, 4, 'bod'],
  ]);
  const out = (name: string) => join(brought.dir, name);
  const { dir, task } = brought;
  await exportData({ task, dir, to: 'label-studio', out: out('studio'), leaveOut: false });
  const [{ annotations }] = JSON.parse(await readFile(join(out('studio'), 'test.json'), 'utf8'));
  expect(annotations[0].result[0].value).toEqual({ start: 1, end: 4, text: '甲肺病', labels: ['dis'] });
  expect(await readFile(join(out('studio'), 'labeling.xml'), 'utf8')).toContain('<Label value="bod"/>');
  await exportData({ task, dir, to: 'brat', out: out('brat'), leaveOut: false });
  expect(await readFile(join(out('brat'), 'test', '0.ann'), 'utf8')).toBe(
    'T1\tdis 1 4\t甲肺病\nT2\tbod 2 3\t肺\n',
  );
});

it('writes the parts of discontinuous entities, and relations, as brat represents them', async () => {
  const parts = [
    [0, 1],
    [2, 3],
  ];
  const text = '甲\n乙';
  const entities = await bring('ner', {
    test: [{ id: '甲/1', text, entities: [{ start: 0, end: 3, type: 'dis', fragments: parts }] }],
  });
  expect(await write(entities, 'brat')).toMatchObject({ lost: ['ids'] });
  expect(await readFile(join(entities.dir, 'out', 'test', '0.ann'), 'utf8')).toBe('T1\tdis 0 1;2 3\t甲 乙\n');
  const triple = { subject: '甲', subjectType: 'dis', predicate: '治', object: '乙', objectType: 'dru' };
  const relations = await bring('relation', { test: [{ id: 'r-1', text, triples: [triple] }] });
  await write(relations, 'brat');
  expect(await readFile(join(relations.dir, 'out', 'test', 'r-1.ann'), 'utf8')).toBe(
    'T1\tdis 0 1\t甲\nT2\tdru 2 3\t乙\nR1\t治 Arg1:T1 Arg2:T2\n',
  );
});

it('refuses what a format cannot represent, naming the first example, and writes nothing; or skips and counts it', async () => {
  const brought = await bring('ner', { test: [FLAT, NESTED, NESTED] });
  await expect(write(brought, 'conll')).rejects.toMatchObject({ code: 'not-held', place: { id: '1' } });
  expect(await readdir(brought.dir)).toEqual(['original']);
  expect(await write(brought, 'conll', true)).toMatchObject({
    splits: { test: 1 },
    leftOut: [{ split: 'test', code: 'overlapping', count: 2, first: '1' }],
  });
});

it.each([
  ['relation-end-untyped', { subject: '甲', predicate: '治', object: '病' }],
  [
    'relation-end-not-in-text',
    { subject: '丙', subjectType: 'a', predicate: '治', object: '病', objectType: 'b' },
  ],
])('skips relations with unknown ends: %s', async (code, triple) => {
  const known = { ...{ subject: '甲', subjectType: 'a', predicate: '治' }, object: '病', objectType: 'b' };
  const records = [known, triple].map((one) => ({ text: '甲病', triples: [one] }));
  expect(await write(await bring('relation', { test: records }), 'doccano', true)).toMatchObject({
    leftOut: [{ code, count: 1, first: '1' }],
  });
});

it.each([
  ['csv', 'ner', FLAT, { en: 'Formats that can: doccano, label-studio, brat, conll, bio, parquet, hf.' }],
  [
    'doccano',
    'similarity',
    { textA: '甲', textB: '乙', label: '同' },
    { en: 'Formats that can: csv, jsonl, parquet, hf.' },
  ],
] as const)('%s cannot represent %s, and names formats that can', async (to, family, record, hintText) => {
  const refused = write(await bring(family, { test: [record] }), to);
  await expect(refused).rejects.toMatchObject({ code: 'family-not-held', hintText });
});

it('refuses an existing folder', async () => {
  const brought = await bring('ner', { test: [FLAT] });
  await mkdir(join(brought.dir, 'out'));
  await writeFile(join(brought.dir, 'out', 'mine.txt'), 'mine');
  await expect(write(brought, 'brat')).rejects.toMatchObject({ code: 'already-exists' });
  expect(await readdir(join(brought.dir, 'out'))).toEqual(['mine.txt']);
});

it('can be interrupted, and leaves nothing', async () => {
  const { dir, task } = await bring('ner', { test: [FLAT] });
  const reason = new Error('interrupted');
  const request = { task, dir, to: 'brat', out: join(dir, 'out'), leaveOut: false } as const;
  await expect(exportData({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await readdir(dir)).not.toContain('out');
});

it('writes splits without gold where they would not read as annotated with nothing', async () => {
  const splits = { train: [FLAT], test: [{ text: '甲' }] };
  expect(await write(await bring('ner', splits), 'brat')).toMatchObject({ unlabelled: ['test'] });
  const brought = await bring('ner', splits);
  expect(await write(brought, 'label-studio')).toMatchObject({ splits: { train: 1, test: 1 } });
  await expect(write(await bring('ner', { test: [{ text: '甲' }] }), 'conll')).rejects.toMatchObject({
    code: 'nothing-to-export',
  });
});

it('is recognised as doccano where many texts precede the first with an entity', async () => {
  const empty = Array.from({ length: 60 }, (_, i) => ({ text: `无${i}`, entities: [] }));
  const brought = await bring('ner', { train: [FLAT], test: [...empty, FLAT] });
  await write(brought, 'doccano');
  const { sources } = await importData({
    ...{ sources: [join(brought.dir, 'out')], name: 'again', dataDir: brought.dir, seed: 0, dryRun: true },
    given: { fields: {} },
  });
  expect(sources.map(({ format }) => format)).toEqual(['doccano', 'doccano']);
});

describe('the answers of a model', () => {
  const answered = { text: '甲病', entities: [] };
  const predicted = {
    model: 'crf',
    answers: new Map([['0', { entities: [{ start: 0, end: 1, type: 'dis' }] }]]),
  };
  const exported = async (to: ExportFormatId, leaveOut = false) => {
    const brought = await bring('ner', { train: [FLAT], test: [answered, answered] });
    const out = join(brought.dir, 'out');
    const request = { ...brought, to, out, leaveOut, split: 'test', predicted } as const;
    return { out, report: await exportData(request) };
  };

  it('are next to gold in Label Studio, under the name of the model', async () => {
    const { out, report } = await exported('label-studio');
    expect(report.splits).toEqual({ test: 2 });
    const [first, second] = JSON.parse(await readFile(join(out, 'test.json'), 'utf8'));
    expect(first.annotations[0].result).toEqual([]);
    expect(first.predictions).toMatchObject([
      { model_version: 'crf', result: [{ value: { start: 0, end: 1, text: '甲', labels: ['dis'] } }] },
    ]);
    expect(second.predictions).toEqual([]);
  });

  it('replace gold elsewhere; a record without an answer is left to be annotated, or skipped', async () => {
    const { out } = await exported('doccano');
    const lines = (await readFile(join(out, 'test.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).label)).toEqual([[[0, 1, 'dis']], undefined]);
    await expect(exported('brat')).rejects.toMatchObject({ code: 'not-held', place: { id: '1' } });
    const { out: folder, report } = await exported('brat', true);
    expect(report.leftOut).toEqual([{ split: 'test', code: 'unanswered', count: 1, first: '1' }]);
    expect(await readFile(join(folder, 'test', '0.ann'), 'utf8')).toBe('T1\tdis 0 1\t甲\n');
  });

  it('have the score of the chosen class', async () => {
    const brought = await bring('classification', { test: [{ text: '甲', label: 'a' }] });
    const answers = new Map([['0', { label: 'b', scores: { a: 0.25, b: 0.75 } }]]);
    const out = join(brought.dir, 'out');
    await exportData({
      ...brought,
      to: 'label-studio',
      out,
      leaveOut: false,
      predicted: { model: 'm', answers },
    });
    const [{ predictions }] = JSON.parse(await readFile(join(out, 'test.json'), 'utf8'));
    expect(predictions).toMatchObject([{ score: 0.75, result: [{ value: { choices: ['b'] } }] }]);
  });
});
