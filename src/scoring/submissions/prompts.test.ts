import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { promptcblueTasks } from '../../tasks/promptcblue/tasks.ts';
import { findTask } from '../../tasks/registry.ts';
import { checkSubmission } from './check.ts';
import { promptsFile } from './prompts.ts';

const FIXTURES = join(import.meta.dirname, '../../datasets/formats/promptcblue/fixtures');
const directory = mkdtempSync(join(tmpdir(), 'prompts-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function packed() {
  const task = findTask('PromptCBLUE-KUAKE-IR');
  const { questions } = await (await openDataset({ task, dir: FIXTURES })).split('test');
  const predictions = [{ reply: '相关' }, undefined];
  return promptsFile([{ task, dir: FIXTURES, questions, predictions }]);
}

async function problemsOf(content: string, dir = FIXTURES) {
  writeFileSync(join(directory, 'test_predictions.json'), content);
  const { files, problems } = await checkSubmission({ path: directory, dir, tasks: promptcblueTasks });
  return { files, problems: problems.map(({ severity, code, line }) => [severity, code, line]) };
}

it('fills in the targets of the test file in its order, empty where nothing was answered', async () => {
  const { name, content, unanswered } = await packed();
  const records = content
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect([name, records.length, unanswered]).toEqual(['test_predictions.json', 36, 35]);
  const targets = records.filter(({ task_dataset: part }) => part === 'KUAKE-IR').map(({ target }) => target);
  expect(targets).toEqual(['相关', '']);
  expect(Object.keys(records[0])).toEqual([
    ...['input', 'target', 'answer_choices', 'task_type', 'task_dataset', 'sample_id'],
  ]);
});

it('is checked against the test file: missing, repeated or reordered records, and what stops the script', async () => {
  const { content } = await packed();
  const lines = content.trimEnd().split('\n');
  const whole = await problemsOf(content);
  expect(whole.files).toEqual([
    { file: 'test_predictions.json', task: 'PromptCBLUE', records: 36, questions: 36 },
  ]);
  expect(whole.problems.filter(([severity]) => severity === 'refused')).toEqual([]);
  expect(whole.problems.filter(([, code]) => code === 'empty-text')).toHaveLength(35);
  const refusedIn = async (...changed: string[]) =>
    (await problemsOf(changed.join('\n'))).problems.filter(([severity]) => severity === 'refused');
  expect(await refusedIn(...lines.slice(1))).toEqual([['refused', 'missing-record', undefined]]);
  expect(await refusedIn(...lines, lines[35])).toEqual([['refused', 'duplicate-record', 37]]);
  expect(await refusedIn(lines[1], lines[0], ...lines.slice(2))).toEqual([['refused', 'wrong-order', 2]]);
  const first = JSON.parse(lines[0]);
  const other = JSON.stringify({ ...first, sample_id: 'x' });
  expect(await refusedIn(...lines, other)).toEqual([['refused', 'extra-record', 37]]);
  const number = JSON.stringify({ ...first, target: 3 });
  expect(await refusedIn(number, ...lines.slice(1))).toEqual([['refused', 'wrong-type', 1]]);
  const at = lines.findIndex((line) => line.includes('"Text2DT"'));
  const stray = lines.with(at, JSON.stringify({ ...JSON.parse(lines[at]), target: '没有节点' }));
  expect(await refusedIn(...stray)).toEqual([['refused', 'unreadable', at + 1]]);
  expect(await refusedIn(...lines.slice(0, 5), '{"input"')).toContainEqual(['refused', 'bad-json', 6]);
});

it('is checked alone where the test file is not available', async () => {
  const { content } = await packed();
  const { files, problems } = await problemsOf(content, directory);
  expect(files[0]).not.toHaveProperty('questions');
  expect(problems.every(([severity]) => severity === 'missed')).toBe(true);
});
