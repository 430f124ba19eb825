import type { Question } from '../datasets/dataset.ts';
import { isObject } from '../datasets/formats/records.ts';
import { readFileItems } from '../datasets/read.ts';
import { hasGold } from '../datasets/split.ts';
import { UserError } from '../ground/errors.ts';
import { nameOf, readLineBatches } from '../ground/files.ts';
import { isParquet, openParquet, type ParquetRow } from '../ground/parquet-rows.ts';
import { renamed, withRereadable } from '../ground/spool.ts';
import type { AnswerStatus } from '../tasks/answer.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { coverageOf } from './coverage.ts';
import { HEADER_NOTE } from './header.ts';
import { provenOffsets } from './offsets.ts';
import {
  type NamedFile,
  type PredictionOptions,
  type PredictionRows,
  type PredictionSource,
  type ReadPredictions,
  readPredictions,
} from './predictions.ts';
import type { Problem } from './problems.ts';

export interface AnyPredictionOptions extends PredictionOptions {
  /** Where nothing says how offsets are counted, infer it from the mentions in the file. */
  readonly inferOffsets?: boolean;
}

/**
 * Reads predictions in JSON Lines, in Parquet (a row for each), or in a format of the task's corpus: BIO for entities,
 * `label<TAB>text…` for pairs and classes. There the n-th record answers the n-th example, and must repeat its text. The first
 * line determines the format; `-` is standard input. Throws a UserError: `unknown-format`,
 * `not-json-lines`, or an error in a corpus file.
 */
export async function readAnyPredictions(
  file: string | NamedFile,
  task: Task,
  questions: readonly Question[],
  options: AnyPredictionOptions = {},
): Promise<ReadPredictions> {
  const given = typeof file === 'string' ? { path: file } : file;
  const name = given.name ?? nameOf(given.path);
  return withRereadable(given.path, async (path) => {
    const isTable = await isParquet(path);
    const isJson = isTable || isJsonLines(await firstLine(path, name), name, task);
    if (!isJson) return readCorpusFormat({ path, name }, task, questions);
    const source = async (): Promise<PredictionSource> => (isTable ? openTable(path, name) : { path, name });
    const read = await readPredictions(await source(), task, questions, options);
    const proven = options.inferOffsets && read.offsets ? provenOffsets(read.offsets) : undefined;
    if (!proven || read.offsets?.decidedBy !== 'default') return read;
    const again = await readPredictions(await source(), task, questions, { ...options, offsets: proven });
    return { ...again, offsets: again.offsets && { ...again.offsets, decidedBy: 'mentions' } };
  });
}

/** The rows of a Parquet file, and its header where it has one; null values are treated as absent. */
async function openTable(path: string, name: string): Promise<PredictionRows> {
  const table = await openParquet(path).catch((error) => {
    throw renamed(error, path, name);
  });
  const rows = async function* () {
    try {
      for await (const batch of table.rows()) yield batch.map(rowWithoutNulls);
    } catch (error) {
      throw renamed(error, path, name);
    }
  };
  return { header: table.notes.get(HEADER_NOTE), rows: rows() };
}

function rowWithoutNulls(row: ParquetRow): ParquetRow {
  let copy: Record<string, unknown> | undefined;
  for (const name in row) {
    const value = row[name];
    if (value !== null && typeof value !== 'object') continue;
    const whole = withoutNulls(value);
    if (whole === value && value !== null) continue;
    copy ??= { ...row };
    if (value === null) delete copy[name];
    else copy[name] = whole;
  }
  return copy ?? row;
}

/** The same value where it holds no null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const whole = value.map(withoutNulls);
    return whole.some((item, i) => item !== value[i]) ? whole : value;
  }
  if (!isObject(value)) return value;
  // most records contain only numbers or texts, such as scores
  return Object.values(value).every(isLeaf) ? value : rowWithoutNulls(value);
}

const isLeaf = (value: unknown): boolean => typeof value !== 'object';

/** The first line that is not blank; undefined in an empty file. */
async function firstLine(path: string, name: string): Promise<string | undefined> {
  for await (const lines of readLineBatches(path, name)) {
    const found = lines.find(({ text }) => text.trim() !== '');
    if (found) return found.text;
  }
  return undefined;
}

/** Throws a UserError `not-json-lines` for one JSON document over many lines, or one array. */
function isJsonLines(first: string | undefined, name: string, task: Task): boolean {
  if (first === undefined || /^\s*\{\s*["}]/.test(first)) return true;
  if (/^\s*(\{\s*$|\[\s*([[{"\]]|$))/.test(first)) throw notJsonLines(name);
  return /\.(jsonl|json|ndjson)$/i.test(name) && !couldBePlain(first, task);
}

/** Whether a line could be the first of the plain format of the task's corpus. */
function couldBePlain(first: string, task: Task): boolean {
  const plain = plainFormatOf(task);
  return plain === 'bio'
    ? /^.{1,4}[ \t](O|[BIESLMU][-_].+)$/u.test(first)
    : plain !== undefined && first.includes('\t');
}

const notJsonLines = (file: string): UserError =>
  new UserError(
    'not-json-lines',
    { en: 'This is one JSON document, not JSON Lines', zh: '这是一个完整的 JSON 文档，而不是 JSON Lines' },
    {
      file,
      line: 1,
      hint: {
        en: "Write one object per line, e.g. with `jq -c '.[]' FILE`.",
        zh: "每行写一个对象，例如用 `jq -c '.[]' FILE` 转换。",
      },
    },
  );

async function readCorpusFormat(
  { path, name = path }: NamedFile,
  task: Task,
  questions: readonly Question[],
): Promise<ReadPredictions> {
  const records = await readRecords(path, name, task);
  const problems: Problem[] = [];
  const statuses: AnswerStatus[] = [];
  const predictions = questions.map((question, index): Prediction | undefined => {
    const record = records[index];
    const problem = mismatch(question, record, index);
    statuses.push(problem === undefined ? 'answered' : record ? 'unreadable' : 'missing');
    if (!problem) return record.gold as Prediction;
    problems.push(problem);
    return undefined;
  });
  for (const { id } of records.slice(questions.length)) {
    const message = { en: 'there are more records than examples', zh: '记录数多于样本数' };
    problems.push({ id, code: 'unknown-id', message });
  }
  const coverage = coverageOf(statuses);
  return { predictions, coverage, answers: { ...coverage, truncated: 0, failed: 0 }, problems };
}

/** Records of a corpus file, whose errors call it `name`. */
async function readRecords(path: string, name: string, task: Task): Promise<readonly Example[]> {
  const format = plainFormatOf(task);
  if (format === undefined) throw unknownFormat(task, name);
  try {
    const items = await readFileItems({ format, path, name }, task);
    if (items.every(hasGold)) return items;
  } catch (error) {
    if (!(error instanceof UserError) || error.place.file !== path) throw error;
    const { code, text, place, hintText: hint, exitCode } = error;
    throw new UserError(code, text, { ...place, file: name, hint, exitCode });
  }
  throw new UserError(
    'no-gold',
    { en: 'The file holds texts without answers', zh: '文件中只有文本，没有答案' },
    {
      file: name,
      hint: { en: 'Write each answer where the corpus has its gold.', zh: '请将答案写在语料金标的位置。' },
    },
  );
}

/** Why a record does not answer an example. */
function mismatch({ id, input }: Question, record: Example | undefined, index: number): Problem | undefined {
  if (!record) {
    const message = { en: 'there is no record for this example', zh: '该样本没有对应记录' };
    return { id, code: 'missing-id', message };
  }
  if (JSON.stringify(record.input) === JSON.stringify(input)) return undefined;
  const message = {
    en: `the text of record ${index} is not that of the example`,
    zh: `第 ${index} 条记录的文本与样本不符`,
  };
  return { id, code: 'unknown-id', message };
}

/** The formats with one line (or one line per character) of plain text, which predictions may come in. */
const PLAIN_FORMATS: readonly string[] = ['bio', 'text-tsv', 'pair-tsv'];

/** The first of a task's formats that is one of these. */
function plainFormatOf({ corpus }: Task): string | undefined {
  return [corpus.format, corpus.alternative?.format].find(
    (known) => known !== undefined && PLAIN_FORMATS.includes(known),
  );
}

const unknownFormat = (task: Task, file: string): UserError =>
  new UserError(
    'unknown-format',
    { en: `Predictions for ${task.id} must be JSON Lines`, zh: `${task.id} 的预测须为 JSON Lines` },
    {
      file,
      line: 1,
      hint: {
        en: 'Write one object per example, as docs/predictions.md shows.',
        zh: '每个样本写一个对象，格式见 docs/predictions.md。',
      },
    },
  );
