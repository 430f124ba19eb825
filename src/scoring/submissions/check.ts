import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSources, type SourceFile } from '../../datasets/cblue/sources.ts';
import { openDataset, type Question } from '../../datasets/dataset.ts';
import { readCblue } from '../../datasets/formats/cblue/records.ts';
import { parseObject } from '../../datasets/formats/records.ts';
import { UserError } from '../../ground/errors.ts';
import { readLines, readTextFile } from '../../ground/files.ts';
import { withTemporaryDirectory } from '../../ground/temporary.ts';
import type { Task } from '../../tasks/task.ts';
import { checkPrompts, isPromptTask, PROMPTS_FILE } from './prompts.ts';
import { shapeOf, stemOf } from './registry.ts';
import {
  DUPLICATE,
  EXTRA,
  type Finding,
  isRecord,
  LACKING,
  missed,
  type RecordKey,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** A problem in a submission. */
export interface SubmissionProblem extends Finding {
  /** The name of the file in the submission. */
  readonly file: string;
  /** 1-based; absent in files of dialogues. */
  readonly line?: number;
  readonly id?: string;
}

export interface CheckedSubmission {
  /** `questions`: how many the raw test file has; absent where that is not available, and only shapes were checked. */
  readonly files: readonly {
    readonly file: string;
    readonly task: string;
    readonly records: number;
    readonly questions?: number;
  }[];
  readonly problems: readonly SubmissionProblem[];
}

interface CheckRequest {
  /** A zip, or a folder with the files. */
  readonly path: string;
  /** The data directory with the raw test files. */
  readonly dir: string;
  readonly tasks: readonly Task[];
}

type Report = (finding: Finding, place?: { readonly line?: number; readonly id?: string }) => void;

/**
 * Checks a submission as the official scripts do, and beyond them. Throws a UserError for a path that cannot be read, and
 * `not-found` where it holds no file of CBLUE.
 */
export async function checkSubmission({ path, dir, tasks }: CheckRequest): Promise<CheckedSubmission> {
  const { files: sources } = await openSources(path);
  const problems: SubmissionProblem[] = [];
  const files: CheckedSubmission['files'][number][] = [];
  await withTemporaryDirectory('check', async (scratch) => {
    for (const source of sources) {
      const prompts = source.base === PROMPTS_FILE ? tasks.find(isPromptTask) : undefined;
      if (prompts) {
        const file = join(scratch, source.base);
        await writeFile(file, await source.read());
        const report: Report = (finding, place) => problems.push({ file: source.base, ...place, ...finding });
        const check = () => checkPrompts(file, { task: prompts, dir }, report);
        const counts = await reporting(report, check, { records: 0 });
        files.push({ file: source.base, task: 'PromptCBLUE', ...counts });
        continue;
      }
      const stem = source.base.replace(/\.(jsonl?|tsv|txt)$/, '');
      const task = tasks.find((one) => stemOf(one).toLowerCase() === stem.toLowerCase());
      const shape = task && shapeOf(task);
      if (!task || !shape) continue;
      const report: Report = (finding, place) => problems.push({ file: source.base, ...place, ...finding });
      const questions = await testQuestions(task, dir);
      const records = await checkFile(
        { task, shape, source, questions, file: join(scratch, source.base) },
        report,
      );
      files.push({
        file: source.base,
        task: task.id,
        records,
        ...(questions && { questions: questions.length }),
      });
    }
  });
  if (files.length === 0) throw nothingToCheck(path, tasks);
  return { files, problems };
}

async function testQuestions(task: Task, dir: string): Promise<readonly Question[] | undefined> {
  const dataset = await openDataset({ task, dir });
  return dataset.splits.includes('test') ? (await dataset.split('test')).questions : undefined;
}

interface CheckedFile {
  readonly task: Task;
  readonly shape: SubmissionShape;
  readonly source: SourceFile;
  readonly questions: readonly Question[] | undefined;
  /** The path from which it can be read. */
  readonly file: string;
}

async function checkFile(checked: CheckedFile, report: Report): Promise<number> {
  const { task, shape, source, file } = checked;
  const expected = stemOf(task) + shape.ending;
  if (source.base !== expected) {
    const message = { en: `The file must be called ${expected}`, zh: `文件名应为 ${expected}` };
    report(refused('wrong-name', '(file)', message));
  }
  const content = await source.read();
  await writeFile(file, content);
  const check = async (): Promise<number> => {
    if (shape.form.kind === 'dialogues') return checkDialogues(checked, report);
    if (shape.form.kind === 'columns') return checkColumns(checked, shape.form, report);
    if (shape.form.kind === 'objects') return checkObjects(checked, report);
    const isArray = content
      .toString('utf8', 0, 64)
      .replace(/^\ufeff/, '')
      .trimStart()
      .startsWith('[');
    if (isArray !== (shape.form.kind === 'array')) {
      const message = isArray
        ? { en: 'Expected one object per line, found an array', zh: '应为每行一个对象，实际为数组' }
        : { en: 'Expected an array, found objects', zh: '应为数组，实际不是' };
      report(refused('wrong-form', '(file)', message));
    }
    return checkRecords(checked, shape.form, report);
  };
  return reporting(report, check, 0);
}

/** Reports what cannot be read in a submission as a problem. */
async function reporting<T>(report: Report, check: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report(refused(error.code, error.place.field ?? '(file)', error.text), { line: error.place.line });
    return otherwise;
  }
}

/** Every raw record must be there; others pass. */
async function checkRecords(
  { task, shape, questions, file }: CheckedFile,
  { key, filled }: { readonly key: RecordKey; readonly filled?: boolean },
  report: Report,
): Promise<number> {
  const keyOf = (question: Question): string => (key === 'text' ? (textOf(question) ?? '') : question.id);
  const byKey = new Map(questions?.map((question) => [keyOf(question), question]));
  const seen = new Set<string>();
  let count = 0;
  for await (const records of readCblue(file)) {
    for (const { value, line } of records) {
      count++;
      // raw records that are filled in keep their own ids, which may be numbers
      const own = filled && typeof value[key] === 'number' ? String(value[key]) : value[key];
      if (typeof own !== 'string') {
        const message = { en: `"${key}" must be a string`, zh: `“${key}”应为字符串` };
        report(refused('wrong-type', key, message), { line });
        continue;
      }
      const place = key === 'text' ? { line } : { line, id: own };
      if (seen.has(own)) report(missed('duplicate-record', key, DUPLICATE), place);
      seen.add(own);
      const question = byKey.get(own);
      if (questions && !question) report(missed('extra-record', key, EXTRA), place);
      for (const finding of shape.findings(value, question, task)) report(finding, place);
    }
  }
  for (const question of questions ?? []) {
    if (seen.has(keyOf(question))) continue;
    report(refused('missing-record', key, LACKING), { id: question.id });
  }
  return count;
}

/** An id and its answer on each line. */
async function checkColumns(
  { task, shape, questions, file }: CheckedFile,
  { separator, keyOf = ({ id }) => id }: Extract<SubmissionShape['form'], { kind: 'columns' }>,
  report: Report,
): Promise<number> {
  const byId = new Map(questions?.map((question) => [keyOf(question), question]));
  const seen = new Set<string>();
  let count = 0;
  for await (const { text, number: line } of readLines(file)) {
    count++;
    const end = text.indexOf(separator);
    const [id, answer] = [text.slice(0, end).trim(), text.slice(end + 1).trim()];
    if (end < 0) {
      const between = separator === '\t' ? { en: 'a tab', zh: '制表符' } : { en: 'a comma', zh: '逗号' };
      const message = {
        en: `Expected an id, ${between.en} and an answer`,
        zh: `应为 编号、${between.zh}、答案`,
      };
      report(refused('wrong-form', 'line', message), { line });
      continue;
    }
    const place = { line, id };
    if (seen.has(id)) report(missed('duplicate-record', 'id', DUPLICATE), place);
    seen.add(id);
    if (questions && !byId.has(id)) report(missed('extra-record', 'id', EXTRA), place);
    for (const finding of shape.findings(answer, byId.get(id), task)) report(finding, place);
  }
  for (const id of byId.keys()) if (!seen.has(id)) report(refused('missing-record', 'id', LACKING), { id });
  return count;
}

/** An answer under each id. */
async function checkObjects({ task, shape, questions, file }: CheckedFile, report: Report): Promise<number> {
  const whole = parseObject(await readTextFile(file), file);
  const byId = new Map(questions?.map((question) => [question.id, question]));
  for (const [id, value] of Object.entries(whole)) {
    if (questions && !byId.has(id)) report(missed('extra-record', id, EXTRA), { id });
    for (const finding of shape.findings(value, byId.get(id), task)) report(finding, { id });
  }
  for (const { id } of questions ?? [])
    if (!Object.hasOwn(whole, id)) report(refused('missing-record', id, LACKING), { id });
  return Object.keys(whole).length;
}

/** A sentence is `DIALOGUE/NUMBER` in what is reported. */
async function checkDialogues(
  { task, shape, questions, file }: CheckedFile,
  report: Report,
): Promise<number> {
  const whole = parseObject(await readTextFile(file), file);
  const byId = new Map(questions?.map((question) => [question.id, question]));
  const seen = new Set<string>();
  let count = 0;
  for (const [dialogue, sentences] of Object.entries(whole)) {
    if (!isRecord(sentences)) {
      const message = {
        en: 'Expected an object with the sentences by number',
        zh: '应为以句子编号为键的对象',
      };
      report(refused('wrong-type', dialogue, message), { id: dialogue });
      continue;
    }
    seen.add(dialogue);
    const turns = byId.get(dialogue);
    const given = Object.keys(sentences).length;
    const more = shape.form.kind === 'dialogues' && shape.form.whole !== undefined ? 1 : 0;
    if (turns && 'turns' in turns.input && given < turns.input.turns.length + more)
      report(refused('missing-record', dialogue, LACKING), { id: dialogue });
    for (const [number, value] of Object.entries(sentences)) {
      count++;
      const id = `${dialogue}/${number}`;
      seen.add(id);
      if (questions && !turns && !byId.has(id)) report(missed('extra-record', number, EXTRA), { id });
      for (const finding of shape.findings(value, byId.get(id), task)) report(finding, { id });
    }
  }
  for (const { id } of questions ?? [])
    if (!seen.has(id)) report(refused('missing-record', id, LACKING), { id });
  return count;
}

function nothingToCheck(file: string, tasks: readonly Task[]): UserError {
  const names = tasks.flatMap((task) => {
    const shape = shapeOf(task);
    return shape ? [stemOf(task) + shape.ending] : [];
  });
  if (tasks.some(isPromptTask)) names.push(PROMPTS_FILE);
  return new UserError(
    'not-found',
    { en: 'No submission file was found', zh: '没有可提交的文件' },
    { file, hint: { en: `Known names: ${names.join(', ')}.`, zh: `可用文件名：${names.join('、')}。` } },
  );
}
