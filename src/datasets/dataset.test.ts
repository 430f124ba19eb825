import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { findTask, tasks } from '../tasks/registry.ts';
import { openDataset } from './dataset.ts';
import { samplesDir } from './directory.ts';
import { compareSources } from './disagreement.ts';
import { syntheticName } from './location.ts';
import { cmddSplits, manifest, officialFiles } from './release/manifest.ts';
import { releaseSize } from './release/release-sizes.ts';
import { summarize } from './summary.ts';
import { readTaskFile } from './task-file.ts';

const shared = resolve('../shared/chineseblue/data');
const folders: string[] = [];
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chineseblue-corpus-'));
  folders.push(dataDir);
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function put(path: string, content: string): Promise<void> {
  await mkdir(join(dataDir, path, '..'), { recursive: true });
  await writeFile(join(dataDir, path), content);
}

const intents = findTask('cMedIC');
const open = (task = intents) => openDataset({ task, dir: dataDir });

test('a split comes with the identity of its file', async () => {
  await put('cMedIC/test.txt', '1\t甲\n');
  const split = await (await open()).split('test');
  expect({ ...split }).toEqual({
    name: 'test',
    hasGold: true,
    questions: [{ id: '0', input: { text: '甲' } }],
    examples: [{ id: '0', input: { text: '甲' }, gold: { label: '1' } }],
    files: [
      {
        path: 'cMedIC/test.txt',
        bytes: 6,
        sha256: createHash('sha256').update('1\t甲\n').digest('hex'),
        gitBlob: createHash('sha1')
          .update('blob 6\0' + '1\t甲\n')
          .digest('hex'),
      },
    ],
    notices: [],
    synthetic: false,
  });
});

test('synthetic files are read only where the task has no real file, so the two never mix', async () => {
  expect(['a/train.txt', 'train', 'x.y/train'].map(syntheticName)).toEqual([
    'a/train.synthetic.txt',
    'train.synthetic',
    'x.y/train.synthetic',
  ]);
  await put('cMedIC/train.synthetic.txt', '1\t甲\n');
  await put('cMedIC/test.synthetic.txt', '1\t乙\n');
  expect((await open()).splits).toEqual(['train', 'test']);
  expect(await (await open()).split('train')).toMatchObject({
    synthetic: true,
    files: [{ path: 'cMedIC/train.synthetic.txt' }],
  });
  await put('cMedIC/dev.txt', '1\t丙\n');
  const dataset = await open();
  expect(dataset.splits).toEqual(['dev']);
  await expect(dataset.split('train')).rejects.toMatchObject({ code: 'split-absent' });
});

test('an absent split says how to get it, or where to put it and in which format', async () => {
  const fetched = await (await open(findTask('cMedQA'))).split('train').catch((error) => error);
  expect([fetched.code, fetched.place.file]).toEqual(['split-absent', join(dataDir, 'cMedQA', 'train.txt')]);
  expect(fetched.hint).toContain('chineseblue data get cMedQA');
  expect(fetched.hint).toContain(`--data-dir ${samplesDir()}`);
  const brought = await (await open(findTask('CMedSQC'))).split('test').catch((error) => error);
  expect(brought.place.file).toBe(join(dataDir, 'CMedSQC', 'test.txt'));
  expect(brought.hint).toContain('label<TAB>text');
  const archived = await (await open(findTask('CMeEE'))).split('train').catch((error) => error);
  expect(archived.hint).not.toContain('--data-dir');
  const alternative = await openDataset({ task: intents, dir: dataDir, source: 'alternative' });
  const none = await alternative.split('test').catch((error) => error);
  expect(none.code).toBe('split-absent');
});

test('a dataset has notes for readers of its scores', async () => {
  await put('cMedIC/test.synthetic.txt', '1\t甲\n');
  const { notes } = await open();
  expect(notes.map(({ code, message: { en, zh } }) => [code, en, zh])).toEqual([
    ['synthetic', expect.stringContaining('synthetic'), expect.stringContaining('合成样例')],
    [
      'split-absent',
      'The train and dev splits (cMedIC/train.txt, cMedIC/dev.txt) are absent. Fetch it: `chineseblue data get cMedIC`.',
      expect.stringContaining('缺少 train、dev 划分（cMedIC/train.txt、cMedIC/dev.txt）'),
    ],
  ]);
  await put('cMedIC/train.synthetic.txt', Array.from({ length: 20 }, (_, i) => `1\t甲${i}\n`).join(''));
  const carved = (await open()).notes.find(({ code }) => code === 'split-carved');
  expect(carved?.message.en).toMatch(/^dev is absent: 90 % of train is for training/);
  const { rule } = await (await open()).division('test');
  expect(carved?.message).toEqual({ en: `${rule.en}.`, zh: `${rule.zh}。` });
});

test('a split is read once, and again after an error', async () => {
  await put('cMedIC/test.txt', '9\t甲\n');
  const dataset = await open();
  await expect(dataset.split('test')).rejects.toMatchObject({ code: 'unknown-label' });
  await put('cMedIC/test.txt', '1\t甲\n');
  const split = await dataset.split('test');
  await put('cMedIC/test.txt', '1\t乙\n');
  expect(await dataset.split('test')).toBe(split);
});

test('a stream reads no further than it is consumed', async () => {
  const good = Array.from({ length: 100_000 }, (_, i) => `1\t查询 ${i}\n`).join('');
  await put('cMedIC/test.txt', `${good}9\t坏\n`);
  const dataset = await open();
  const seen: string[] = [];
  for await (const { id } of dataset.stream('test')) if (seen.push(id) === 3) break;
  expect(seen).toEqual(['0', '1', '2']);
  await expect(dataset.split('test')).rejects.toMatchObject({ place: { line: 100_001 } });
});

test('a format that cannot represent the records of the family is a typed error', async () => {
  const task = { ...intents, family: 'ner' } as const;
  await expect(open(task)).rejects.toMatchObject({
    code: 'format-mismatch',
    place: { field: 'corpus.format' },
    hint: expect.stringContaining('mentions-jsonl'),
  });
  const file = join(dataDir, 'task.json');
  const corpus = { folder: 'mine', format: 'pair-tsv', files: { test: 'test.txt' } };
  await put('task.json', JSON.stringify({ id: 'mine', family: 'classification', title: 'mine', corpus }));
  await expect(readTaskFile(file)).rejects.toMatchObject({ code: 'format-mismatch', place: { file } });
});

test('a format that is not registered is a typed error with the nearest name', async () => {
  const corpus = { folder: 'mine', format: 'text-csv', files: { test: 'test.txt' } };
  await expect(open({ ...intents, corpus: { ...intents.corpus, ...corpus } })).rejects.toMatchObject({
    code: 'unknown-format',
    place: { field: 'corpus.format' },
    hint: expect.stringContaining('text-tsv'),
  });
  const alternative = { format: 'toString', files: { test: 'test.txt' } };
  const declared = { ...corpus, format: 'text-tsv', alternative };
  await put(
    'task.json',
    JSON.stringify({ id: 'mine', family: 'classification', title: 'mine', corpus: declared }),
  );
  await expect(readTaskFile(join(dataDir, 'task.json'))).rejects.toMatchObject({
    code: 'unknown-format',
    place: { file: join(dataDir, 'task.json'), field: 'corpus.alternative.format' },
  });
});

test('an empty split is an error, not a score of nothing', async () => {
  await put('cMedIC/test.txt', '\n');
  await expect((await open()).split('test')).rejects.toMatchObject({ code: 'split-empty' });
  await expect((await open()).stream('test').next()).rejects.toMatchObject({ code: 'split-empty' });
});

test('the two formats of the samples differ only in nested mentions, which BIO cannot represent', async () => {
  const task = findTask('cMedQANER');
  const { agreed, onlyPrimary, onlyAlternative, documents } = await compareSources(
    await openDataset({ task, dir: samplesDir() }),
    'test',
  );
  expect(onlyPrimary.map(({ text }) => text)).toEqual(['前列腺', '甲状腺', '甲状腺']);
  expect([onlyAlternative, documents > 30, agreed > 30]).toEqual([[], true, true]);
});

test('a summary counts examples and labels', async () => {
  await put(
    'multilabel/test.jsonl',
    '{"text":"甲乙","labels":["x","y"]}\n{"text":"丙","labels":[]}\n{"text":"丁","labels":["y"]}\n',
  );
  const dataset = await open(findTask('multilabel'));
  expect(await summarize(dataset)).toEqual({
    notes: dataset.notes,
    task: 'multilabel',
    family: 'multilabel',
    splits: [
      {
        split: 'test',
        synthetic: false,
        examples: 3,
        groups: 3,
        lengths: { min: 1, median: 1, p90: 2, p99: 2, max: 2, mean: 4 / 3 },
        labels: [
          { name: 'y', count: 2 },
          { name: 'x', count: 1 },
        ],
        annotations: 3,
        unannotated: 1,
        notices: [],
      },
    ],
  });
});

test('the manifest names every file that the public tasks read, once, and nothing else', () => {
  expect(new Set(manifest.map(({ path }) => path)).size).toBe(manifest.length);
  for (const { gitBlob } of manifest) expect(gitBlob).toMatch(/^[0-9a-f]{40}$/);
  for (const task of tasks) {
    const official = officialFiles(task);
    if (task.access !== 'public') expect(official).toEqual([]);
    else {
      const formats = task.corpus.alternative ? 2 : 1;
      expect(official).toHaveLength(task.id === 'CMDD' ? 2067 : 3 * formats);
    }
  }
});

const title = existsSync(shared) ? 'the real corpora' : 'the real corpora (skipped: ../shared is absent)';
describe.skipIf(!existsSync(shared))(title, () => {
  /** Counted with an independent script. */
  const ODDITIES: Readonly<Record<string, object>> = {
    cMedQANER: { 'mention-overlaps': 147, 'mention-case': 75, 'mention-differs': 15 },
    cMedQA: { 'unquoted-fields': 279 },
    CMDD: { 'symptoms-misaligned': 17, 'statuses-misaligned': 3 },
  };

  test.each(tasks.filter(({ access }) => access === 'public').map((task) => [task.id, task] as const))(
    '%s: sizes, hashes and oddities are those of the release',
    async (_, task) => {
      const oddities: Record<string, number> = {};
      const dataset = await openDataset({ task, dir: shared });
      for (const split of dataset.splits) {
        const { examples, files, synthetic, notices } = await dataset.split(split);
        expect(synthetic).toBe(false);
        expect(examples).toHaveLength(releaseSize(task)?.sizes[split] ?? Number.NaN);
        expect(new Set(examples.map(({ id }) => id)).size).toBe(examples.length);
        const { path, ...identity } = files[0];
        const official = task.id === 'CMDD' ? cmddSplits[split] : manifest.find((file) => file.path === path);
        expect(identity).toEqual({
          bytes: official?.bytes,
          sha256: official?.sha256,
          gitBlob: official?.gitBlob,
        });
        for (const { code, count = 1 } of notices) oddities[code] = (oddities[code] ?? 0) + count;
      }
      expect(oddities).toEqual(ODDITIES[task.id] ?? {});
    },
  );

  test('JSON and BIO: every BIO entity is in the JSON gold, which has more', async () => {
    const { onlyAlternative, onlyPrimary, differentTexts } = await compareSources(
      await openDataset({ task: findTask('cMedQANER'), dir: shared }),
      'test',
    );
    expect([onlyAlternative, onlyPrimary.length, differentTexts]).toEqual([[], 10, []]);
  });
});
