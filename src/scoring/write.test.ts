import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableSplits, openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import type { Answer } from '../tasks/answer.ts';
import type { Prediction } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { findTask, tasks } from '../tasks/registry.ts';
import { answeredSplit } from './answered-split.ts';
import { readAnyPredictions } from './corpus-format.ts';
import { createHeader } from './header.ts';
import { readPredictions } from './predictions.ts';
import { writeAnswers, writePredictions } from './write.ts';

const intent = findTask('cMedIC');
const examples = ['a', 'b', 'c'].map((id) => ({ id, input: { text: `text ${id}` } }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writePredictions', () => {
  it('is read back equal', async () => {
    const path = join(folder, 'out.jsonl');
    const answers = [{ label: '0' }, { label: '1', scores: { '0': 0.25, '1': 0.75 } }, { label: '2' }];
    await writePredictions(path, examples, answers);
    expect((await readPredictions(path, intent, examples)).predictions).toEqual(answers);
  });
});

describe('writeAnswers', () => {
  const answers: Answer[] = [
    { status: 'answered', prediction: { label: '0' } },
    { status: 'refused', reason: 'safety' },
    { status: 'missing' },
  ];

  it('is read back with the same coverage', async () => {
    const path = join(folder, 'answers.jsonl');
    await writeAnswers(path, examples, answers);
    const { predictions, coverage, problems } = await readPredictions(path, intent, examples);
    expect(predictions).toEqual([{ label: '0' }, undefined, undefined]);
    expect(coverage).toEqual({ asked: 3, answered: 1, refused: 1, unreadable: 0, missing: 1 });
    expect(problems).toEqual([]);
  });

  it('writes predictions byte for byte as writePredictions does', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(folder, name));
    await writePredictions(one, examples.slice(0, 1), [{ label: '0' }]);
    await writeAnswers(two, examples.slice(0, 1), answers.slice(0, 1));
    expect(await readFile(two, 'utf8')).toBe(await readFile(one, 'utf8'));
  });
});

describe('Parquet', () => {
  const sampled = tasks.filter((task) => availableSplits({ task, dir: samplesDir() }).includes('train'));
  const families = new Map(sampled.map((task) => [task.family, task]));

  it.each([...families])('contains the same as JSON Lines: %s', async (_, known) => {
    const { task, split } = await openDataset({ task: known, dir: samplesDir() });
    const { examples, questions } = await split('train');
    const { parse, missing } = familyOf(task);
    const answers = examples.map((example, i): Answer => {
      if (i === 1) return { status: 'refused', reason: 'safety' };
      const parsed = parse({ ...example.gold }, example.input, task);
      const prediction = Array.isArray(parsed) ? missing(example, task) : example.gold;
      return { status: 'answered', prediction: prediction as Prediction };
    });
    const read = await Promise.all(
      ['a.jsonl', 'a.parquet'].map(async (name) => {
        const file = join(folder, name);
        await writeAnswers(file, questions, answers, createHeader(task, questions, { split: 'train' }));
        expect(await answeredSplit(file)).toBe('train');
        return readAnyPredictions(file, task, questions, { split: 'train' });
      }),
    );
    expect(read[0].coverage).toMatchObject({ answered: questions.length - 1, refused: 1 });
    expect(read[1]).toEqual(read[0]);
  });

  it('says that it answers another split, by its header', async () => {
    const { task, split } = await openDataset({ task: intent, dir: samplesDir() });
    const { questions } = await split('test');
    const file = join(folder, 'other.parquet');
    const labels = questions.map((): Answer => ({ status: 'answered', prediction: { label: '0' } }));
    await writeAnswers(file, questions, labels, createHeader(task, questions, { split: 'dev' }));
    const { problems } = await readAnyPredictions(file, task, questions, { split: 'test' });
    expect(problems[0].code).toBe('other-split');
  });
});
