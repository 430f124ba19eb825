import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { findTask, tasks } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { availableSplits, openDataset } from './dataset.ts';
import { samplesDir } from './directory.ts';
import { readInputs } from './inputs.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chineseblue-gold-'));
});
afterAll(() => rm(dir, { recursive: true }));

let corpora = 0;
/** A task like `task` whose test split, and train split where given, has this content. */
async function bring(task: Task, format: string, test: string, train?: string): Promise<Task> {
  const folder = `corpus-${corpora++}`;
  await mkdir(join(dir, folder));
  await writeFile(join(dir, folder, 'test'), test);
  if (train !== undefined) await writeFile(join(dir, folder, 'train'), train);
  const files = { train: 'train', test: 'test' };
  return {
    ...task,
    access: 'user',
    corpus: { ...task.corpus, folder, format, files, alternative: undefined },
  };
}

const lines = (...records: unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

const document = (title: string, label?: string) => ({ title, label });

/** A format, its task, a file without gold, and the same with gold on its second record alone. */
const formats: [string, Task, string, string, string][] = [
  [
    'mentions-jsonl',
    findTask('cEHRNER'),
    lines({ text: '胃痛' }, { text: '头痛' }),
    lines({ text: '胃痛' }, { text: '头痛', mention_data: [] }),
    'mention_data',
  ],
  ['text-tsv', findTask('cMedIC'), '胃痛\n头痛\n', '胃痛\n1\t头痛\n', 'label'],
  ['pair-tsv', findTask('cMedQA'), '甲\t乙\n丙\t丁\n', '甲\t乙\n1\t丙\t丁\n', 'label'],
  ['pair-tsv', findTask('inference'), '甲\t乙\n丙\t丁\n', '甲\t乙\n1\t丙\t丁\n', 'label'],
  [
    'labels-jsonl',
    findTask('multilabel'),
    lines({ text: '胃痛' }, { text: '头痛', labels: null }),
    lines({ text: '胃痛' }, { text: '头痛', labels: [] }),
    'labels',
  ],
  [
    'triples-jsonl',
    findTask('relation'),
    lines({ text: '胃痛' }, { text: '头痛' }),
    lines({ text: '胃痛' }, { text: '头痛', spo_list: [] }),
    'spo_list',
  ],
  [
    'query-documents-jsonl',
    findTask('cMedIR'),
    lines({ query: '问', documents: [document('甲')] }, { query: '问', documents: [document('乙')] }),
    lines({ query: '问', documents: [document('甲')] }, { query: '问', documents: [document('乙', '1')] }),
    'documents.label',
  ],
  [
    'jsonl',
    findTask('cMedQANER'),
    lines({ text: '胃痛' }, { text: '头痛' }),
    lines({ text: '胃痛' }, { text: '头痛', entities: [] }),
    'entities',
  ],
];

describe.each(formats)('a split without gold: %s', (format, declared, without, mixed, field) => {
  test('can be answered, and is refused by name where gold is needed', async () => {
    const task = await bring(declared, format, without);
    const dataset = await openDataset({ task, dir });
    const split = await dataset.split('test');
    expect(split.hasGold).toBe(false);
    expect(split.questions.map(({ id }) => id)).toEqual(['0', '1']);
    for (const question of split.questions) expect(Object.keys(question)).toEqual(['id', 'input']);
    expect(() => split.examples).toThrow(
      expect.objectContaining({
        code: 'no-gold',
        message: expect.stringContaining('test split'),
        place: { file: join(dir, task.corpus.folder, 'test') },
      }),
    );
    for await (const item of dataset.stream('test')) expect(Object.keys(item)).not.toContain('gold');
  });

  test('has gold in no line: the first line that differs is named', async () => {
    const task = await bring(declared, format, mixed);
    const opened = openDataset({ task, dir }).then((dataset) => dataset.split('test'));
    const error = await opened.catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect([error.code, error.place.line, error.place.field]).toEqual(['mixed-gold', 2, field]);
  });
});

test('dialogues without label, normalized and type have no gold', async () => {
  const folder = join(dir, 'dialogues');
  const task: Task = { ...findTask('CMDD'), corpus: { ...findTask('CMDD').corpus, folder: 'dialogues' } };
  const turn = { speaker: '患者', sentence: '头痛' };
  await mkdir(join(folder, 'test'), { recursive: true });
  await writeFile(
    join(folder, 'test', 'test_0.json'),
    JSON.stringify({ 'example-id': 'a', 'dialogue-content': [turn] }),
  );
  const split = await (await openDataset({ task, dir })).split('test');
  expect([split.hasGold, split.questions]).toEqual([
    false,
    [{ id: 'a', input: { turns: [{ speaker: '患者', text: '头痛' }] } }],
  ]);
  const gold = { label: 'BI', normalized: ['头痛'], type: ['1'] };
  await writeFile(
    join(folder, 'test', 'test_1.json'),
    JSON.stringify({ 'example-id': 'b', 'dialogue-content': [{ ...turn, ...gold }] }),
  );
  const error = await (await openDataset({ task, dir })).split('test').catch((thrown) => thrown);
  expect([error.code, error.place.id, error.place.file]).toEqual([
    'mixed-gold',
    'b',
    join(folder, 'test', 'test_1.json'),
  ]);
});

test('BIO requires a tag for each character: without tags it is not read', async () => {
  const dataset = await openDataset({ task: await bring(findTask('cEHRNER'), 'bio', '胃\n痛\n'), dir });
  await expect(dataset.split('test')).rejects.toMatchObject({ code: 'bad-bio', place: { line: 1 } });
});

test('a line with only a label is a missing text, not a text without gold', async () => {
  const dataset = await openDataset({ task: await bring(findTask('cMedIC'), 'text-tsv', '1\n'), dir });
  await expect(dataset.split('test')).rejects.toMatchObject({ code: 'wrong-columns', place: { line: 1 } });
});

test('labels come from the splits with gold, and a test split without gold does not prevent training', async () => {
  const train = Array.from({ length: 20 }, (_, i) => `${'yx'[i % 2]}\t查询 ${i}\n`).join('');
  const task = await bring(findTask('CMedSQC'), 'text-tsv', '查询\n', train);
  const dataset = await openDataset({ task, dir });
  expect(dataset.task.labels.map(({ id }) => id)).toEqual(['x', 'y']);
  const { train: trained, dev, evaluated } = await dataset.division('test');
  expect([trained.length, dev.length, evaluated.questions.length]).toEqual([18, 2, 1]);
  expect(() => evaluated.examples).toThrow(/no gold/);
});

/** Tasks of CBLUE have separate fixtures. */
const sampled = tasks.filter((task) => availableSplits({ task, dir: samplesDir() }).includes('test'));

test.each(sampled.map((task) => [task.id, task] as const))(
  '%s reads the same from plain records as from its own format',
  async (_, sample) => {
    const own = await (await openDataset({ task: sample, dir: samplesDir() })).split('test');
    const records = own.examples.map(({ id, input, gold }) => ({ id, ...input, ...gold }));
    const task = await bring(sample, 'jsonl', lines(...records));
    const plain = await (await openDataset({ task, dir })).split('test');
    expect(plain.examples).toEqual(own.examples);
    const asked = await readInputs(join(dir, task.corpus.folder, 'test'), task);
    expect(asked).toEqual(own.questions);
  },
);

test('errors of inputs name line and field, and show a valid line', async () => {
  const file = join(dir, 'inputs.jsonl');
  const fault = async (content: string) => {
    await writeFile(file, content);
    return readInputs(file, findTask('cMedQQ')).catch((thrown) => thrown);
  };
  const wrong = await fault('{"textA":"甲","textB":"乙"}\n{"textA":"甲"}\n');
  expect([wrong.code, wrong.place.line, wrong.place.field]).toEqual(['bad-field', 2, 'textB']);
  const empty = await fault('\n');
  expect([empty.code, empty.hint]).toEqual(['empty-input', expect.stringContaining('"textA"')]);
  expect((await fault('{"id":1,"textA":"甲","textB":"乙"}\n'.repeat(2))).code).toBe('duplicate-id');
});
