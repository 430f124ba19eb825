import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJudged } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { writeSubsets } from '../datasets/subsets.ts';
import { findTask } from '../tasks/registry.ts';
import { checkFile, scoreFile } from './score-file.ts';
import { writePredictions } from './write.ts';

const task = findTask('cMedIC');
const open = (split: 'test' | 'regrouped@1') => openJudged({ task, dir: samplesDir(), split });
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-score-file-'));
  file = join(folder, 'right.jsonl');
  const { examples } = await (await open('test')).dataset.split('test');
  const answers = examples.map(({ gold }) => gold);
  await writePredictions(file, examples, answers as { label: string }[]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file of predictions', () => {
  it('is scored on a split and its subsets', async () => {
    const judged = await open('test');
    const { files, examples } = await judged.dataset.split('test');
    const ids = examples.map(({ id }) => id);
    const subsets = { clean: ids.slice(2), leaked: ids.slice(0, 2), conflicting: [] };
    await writeSubsets(folder, {
      ...{ schema: 'chineseblue/subsets@1', task: task.id, files },
      splits: { test: subsets },
    });
    const { sheet, answers } = await scoreFile({ file, ...judged, split: 'test', subsets: folder });
    expect(answers.coverage).toMatchObject({ asked: 60, answered: 60 });
    expect(sheet.subsets.all.scores[0]).toMatchObject({ convention: task.primary, value: 1 });
    expect(sheet.subsets.leaked).toMatchObject({ examples: 2 });
  });

  it('has no subsets where the split is not a released one', async () => {
    const judged = await open('regrouped@1');
    await expect(scoreFile({ file, ...judged, split: 'regrouped@1', subsets: folder })).rejects.toMatchObject(
      { code: 'split-regrouped' },
    );
  });

  it('is refused where it answers other examples, and checked for all problems', async () => {
    const other = join(folder, 'other.jsonl');
    await writeFile(other, '{"id":"1000","label":"1"}\n');
    await expect(scoreFile({ file: other, ...(await open('test')), split: 'test' })).rejects.toMatchObject({
      code: 'unknown-id',
      place: { file: other, line: 1 },
    });
    const { problems, coverage } = await checkFile({ file: other, ...(await open('test')), split: 'test' });
    expect(problems[0]).toMatchObject({ code: 'unknown-id', line: 1, id: '1000' });
    expect(coverage).toMatchObject({ asked: 60, answered: 0, missing: 60 });
  });
});
