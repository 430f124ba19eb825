import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCblue } from '../../datasets/formats/cblue/records.ts';
import type { JsonRecord } from '../../datasets/formats/records.ts';
import { leavesOut } from '../../tasks/families/instruction/reading.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { promptDataset } from '../../tasks/promptcblue/datasets.ts';
import type { Task } from '../../tasks/task.ts';
import type { SubmissionFile, SubmissionPart } from './pack.ts';
import { DUPLICATE, EXTRA, type Finding, LACKING, missed, refused } from './shape.ts';

/** The one file that answers all tasks of PromptCBLUE. */
export const PROMPTS_FILE = 'test_predictions.json';

/** Whether a task is submitted together with others, as a part of one file. */
export const isPromptTask = ({ corpus }: Pick<Task, 'corpus'>): boolean => corpus.part !== undefined;

const keyOf = ({ task_dataset: name, sample_id: id }: PlainRecord): string =>
  JSON.stringify([promptDataset(String(name))?.name, id]);

async function* recordsOf(file: string): AsyncGenerator<JsonRecord> {
  for await (const records of readCblue(file)) yield* records;
}

/** The test file with its targets filled in, in its order; tasks that are not answered have empty ones. */
export async function promptsFile(
  parts: readonly [SubmissionPart, ...SubmissionPart[]],
): Promise<SubmissionFile> {
  const replies = new Map<string, string>();
  for (const { task, questions, predictions } of parts)
    for (const [i, { id }] of questions.entries()) {
      const prediction = predictions[i];
      if (prediction && 'reply' in prediction)
        replies.set(keyOf({ task_dataset: task.corpus.part, sample_id: id }), prediction.reply);
    }
  const lines: string[] = [];
  let unanswered = 0;
  for await (const { value } of recordsOf(rawFile(parts[0].task, parts[0].dir))) {
    const target = replies.get(keyOf(value));
    if (target === undefined) unanswered++;
    lines.push(`${JSON.stringify({ ...value, target: target ?? '' })}\n`);
  }
  return { name: PROMPTS_FILE, content: lines.join(''), unanswered };
}

const rawFile = ({ corpus }: Task, dir: string): string => join(dir, corpus.folder, corpus.files.test ?? '');

type Report = (finding: Finding, place?: { readonly line?: number; readonly id?: string }) => void;

const ORDER = {
  en: 'Records are not in the order of the test file',
  zh: '记录顺序与测试文件不同',
};
const NO_STRING = { en: '"target" must be a string', zh: '“target”应为字符串' };
const EMPTY = { en: 'The reply is empty', zh: '回复为空' };
const LEFT_OUT = {
  en: 'The organisers’ `post_generate_process.py` stops at a line of this reply',
  zh: '主办方的 `post_generate_process.py` 会在该回复的某一行中断',
};

/** Compares a file of replies with the test file, record by record. Returns how many records either has. */
export async function checkPrompts(
  file: string,
  { task, dir }: { readonly task: Task; readonly dir: string },
  report: Report,
): Promise<{ records: number; questions?: number }> {
  const raw = rawFile(task, dir);
  const order = new Map<string, number>();
  if (existsSync(raw)) for await (const { value } of recordsOf(raw)) order.set(keyOf(value), order.size);
  const known = order.size;
  const seen = new Set<string>();
  let records = 0;
  let last = -1;
  let isOrdered = true;
  for await (const { value, line } of recordsOf(file)) {
    records++;
    const id = String(value.sample_id);
    const key = keyOf(value);
    const at = order.get(key);
    const place = { line, id };
    if (known > 0 && at === undefined) report(refused('extra-record', 'sample_id', EXTRA), place);
    else if (seen.has(key)) report(refused('duplicate-record', 'sample_id', DUPLICATE), place);
    else if (at !== undefined && at < last && isOrdered) {
      report(refused('wrong-order', 'sample_id', ORDER), place);
      isOrdered = false;
    }
    last = Math.max(last, at ?? last);
    seen.add(key);
    for (const finding of replyFindings(value)) report(finding, place);
  }
  for (const key of order.keys())
    if (!seen.has(key))
      report(refused('missing-record', 'sample_id', LACKING), { id: String(JSON.parse(key)[1]) });
  return { records, ...(known > 0 && { questions: known }) };
}

function replyFindings(value: PlainRecord): Finding[] {
  const { target, task_dataset: name, answer_choices: choices } = value;
  if (typeof target !== 'string') return [refused('wrong-type', 'target', NO_STRING)];
  if (target.trim() === '') return [missed('empty-text', 'target', EMPTY)];
  const form = promptDataset(String(name))?.form;
  if (form === undefined) {
    const message = { en: `PromptCBLUE has no task "${name}"`, zh: `PromptCBLUE 没有任务“${name}”` };
    return [refused('unknown-part', 'task_dataset', message)];
  }
  const offered = Array.isArray(choices) ? choices.map(String) : undefined;
  return leavesOut(target, { prompt: '', form, choices: offered })
    ? [refused('unreadable', 'target', LEFT_OUT)]
    : [];
}
