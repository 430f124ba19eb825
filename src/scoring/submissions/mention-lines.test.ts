import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { findTask } from '../../tasks/registry.ts';
import { checkSubmission } from './check.ts';
import { submissionFile } from './pack.ts';

/** Written by `bench/peers/clinical_fixtures.py`. */
const FIXTURES = join(import.meta.dirname, '../../datasets/formats/fixtures/clinical');
const FOLDER = join(FIXTURES, 'CCKS2018/test');
const directory = mkdtempSync(join(tmpdir(), 'mention-lines-'));
afterAll(() => rmSync(directory, { recursive: true }));

const task = findTask('CCKS2018');

async function packed(answered = true) {
  const { questions, examples } = await (await openDataset({ task, dir: FIXTURES })).split('test');
  const predictions = examples.map(({ gold }) => (answered && 'entities' in gold ? gold : undefined));
  return submissionFile({ task, dir: FIXTURES, questions, predictions: predictions as never });
}

async function problemsOf(content: string, name = 'CCKS2018_test.txt') {
  writeFileSync(join(directory, name), content);
  const { files, problems } = await checkSubmission({ path: directory, dir: FIXTURES, tasks: [task] });
  rmSync(join(directory, name));
  return { files, problems: problems.map(({ severity, code, line }) => [severity, code, line]) };
}

it('writes a line for each text, with the columns of the official marks', async () => {
  const { name, content } = await packed();
  const marks = [1, 2].map((number) =>
    readFileSync(join(FOLDER, `入院记录现病史-${number}.txt`), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  const own = content.trimEnd().split('\n');
  expect(name).toBe('CCKS2018_test.txt');
  expect(own.map((line) => line.slice(0, 2))).toEqual(['1,', '2,']);
  for (const [i, line] of own.entries())
    expect(line.slice(2).split(';').filter(Boolean).sort()).toEqual(marks[i].map((one) => one.trim()).sort());
  expect((await packed(false)).content).toBe('1,\n2,\n');
});

it('is checked: form, labels, missing and repeated lines, places', async () => {
  const { content } = await packed();
  const whole = await problemsOf(content);
  expect(whole).toEqual({
    files: [{ file: 'CCKS2018_test.txt', task: 'CCKS2018', records: 2, questions: 2 }],
    problems: [],
  });
  const [first, second] = content.trimEnd().split('\n');
  const of = async (...lines: string[]) => (await problemsOf(lines.join('\n'))).problems;
  expect(await of(first)).toEqual([['refused', 'missing-record', undefined]]);
  expect(await of(first, second, second)).toEqual([['missed', 'duplicate-record', 3]]);
  expect(await of(first, second, '9,')).toEqual([['missed', 'extra-record', 3]]);
  expect(await of(first, '2')).toContainEqual(['refused', 'wrong-form', 2]);
  expect(await of(first, '2,痛\t0\t1')).toEqual([['refused', 'wrong-form', 2]]);
  expect(await of(first, '2,痛\t0\t1\t心情;')).toContainEqual(['refused', 'unknown-label', 2]);
  expect(await of(first, '2,痛\t0\t9999\t手术;')).toEqual([['missed', 'span-outside-text', 2]]);
  expect(await of(first, '2,无\t0\t1\t手术;无\t0\t1\t手术;')).toEqual(
    expect.arrayContaining([
      ['missed', 'mention-differs', 2],
      ['missed', 'duplicate-entity', 2],
    ]),
  );
});
