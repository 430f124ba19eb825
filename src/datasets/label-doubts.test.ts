import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { openDataset } from './dataset.ts';
import { samplesDir } from './directory.ts';
import { findLabelDoubts } from './label-doubts.ts';

const declared = findTask('cMedIC');
const free: Task = { ...declared, labels: [] };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-doubts-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Rows that cycle through three labels. */
const rows = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i % 3}\t查询 ${i}`);

let directories = 0;
async function doubts(files: Readonly<Record<string, readonly string[]>>, task = free) {
  const dir = join(folder, String(++directories));
  await mkdir(join(dir, 'cMedIC'), { recursive: true });
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(dir, 'cMedIC', `${name}.txt`), `${lines.join('\n')}\n`);
  const found = await findLabelDoubts(await openDataset({ task, dir }));
  return found.map(({ code, split, message }) => [code, split, message.en]);
}

test('labels that repeat in every split are not suspected', async () => {
  expect(await doubts({ train: rows(60), dev: rows(9), test: rows(9) })).toEqual([]);
});

test('a header is suspected by its words, and by a label that occurs once', async () => {
  for (const header of ['label\ttext', '意图码\t话语']) {
    const [label] = header.split('\t');
    const found = await doubts({ train: [header, ...rows(60)], test: rows(9) });
    expect(found).toContainEqual(['header-suspected', 'train', expect.stringContaining(label)]);
    expect(found).toContainEqual(['label-in-one-split', 'train', expect.stringContaining(label)]);
  }
});

test('a column of distinct values is not a column of labels', async () => {
  const swapped = rows(60).map((row) => row.split('\t').reverse().join('\t'));
  expect(await doubts({ train: swapped, test: rows(9) })).toEqual([
    ['distinct-labels', 'train', expect.stringContaining('60 distinct labels in 60 examples')],
  ]);
});

test('labels of one split are counted, for every split', async () => {
  expect(await doubts({ train: rows(60), test: [...rows(9), '8\t甲', '9\t乙'] })).toEqual([
    ['label-in-one-split', 'test', '2 labels occur in test only: "8", "9"'],
  ]);
});

test('names out of an open vocabulary are never in doubt', async () => {
  const dataset = await openDataset({ task: findTask('generation'), dir: samplesDir() });
  expect(dataset.labelsObserved).toBe(true);
  expect(await findLabelDoubts(dataset)).toEqual([]);
});

test('declared labels are never in doubt', async () => {
  expect(await doubts({ train: ['7\t甲'] }, declared)).toEqual([]);
});
