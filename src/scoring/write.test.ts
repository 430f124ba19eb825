import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../tasks/answer.ts';
import { findTask } from '../tasks/registry.ts';
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
