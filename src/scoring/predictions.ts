import type { Question } from '../datasets/dataset.ts';
import { counted } from '../ground/counted.ts';
import { readLineBatches, type Line as TextLine } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import type { AnswerStatus } from '../tasks/answer.ts';
import type { Prediction } from '../tasks/examples.ts';
import type { Fault } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Line } from '../tasks/families/shared/faults.ts';
import type { Task } from '../tasks/task.ts';
import { findConflict } from './carried.ts';
import { type AnswerCounts, type Coverage, coverageOf } from './coverage.ts';
import { type AnsweredSplit, verifyHeader } from './header.ts';
import { createSpanReader, type Offsets, type OffsetsReport } from './offsets.ts';
import type { Problem } from './problems.ts';
import { createRecordReader, parseRecord, type ReadRecord } from './records.ts';

/** Where predictions come from: a file, by its path or its bytes; or lines as they arrive, each without its line end. */
export type PredictionSource = string | NamedFile | NamedBytes | AsyncIterable<string> | PredictionRows;

/** Predictions from a table, already parsed into records. */
export interface PredictionRows {
  /** The text that would be the first line in JSON Lines. */
  readonly header?: string;
  readonly rows: AsyncIterable<readonly PredictionRow[]>;
}
type PredictionRow = Readonly<Record<string, unknown>>;

/** A file of predictions that errors call by another name. */
export interface NamedFile {
  readonly path: string;
  /** What errors call the file instead of its path. */
  readonly name?: string;
}

/** A file of predictions in memory. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  /** What errors call the file. */
  readonly name: string;
}

/** Predictions as they were read. */
export interface ReadPredictions {
  /** Aligned with the questions; undefined where there is no valid prediction. */
  readonly predictions: readonly (Prediction | undefined)[];
  readonly coverage: Coverage;
  /** The same, with answers that the file says were truncated and calls that failed. */
  readonly answers: AnswerCounts;
  readonly problems: readonly Problem[];
  /** Only where predictions of the family mark places in texts. */
  readonly offsets?: OffsetsReport;
}

/** What a reader knows about predictions beforehand. */
export interface PredictionOptions extends AnsweredSplit {
  /** How offsets are counted. Default: as the header of the file says, else UTF-16 code units. */
  readonly offsets?: Offsets;
}

/**
 * Reads predictions, one JSON object per line, against the questions that they answer. A line may also say why there
 * is no prediction: `{"id": "7", "status": "refused", "reason": "…"}`, or `unreadable` or `missing`. A header and the
 * inputs and mentions that lines carry are verified. Every problem is collected; none is thrown, except a file that
 * cannot be read as UTF-8 lines at all.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, readPredictions, samplesDir } from 'chineseblue';
 *
 * const { task, split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
 * const { questions } = await split('test');
 * async function* lines() {
 *   yield '{"id": "0", "label": "1"}';
 *   yield '{"id": "1", "label": "no such label"}';
 * }
 * const { coverage, problems } = await readPredictions(lines(), task, questions);
 * coverage; // { asked: 60, answered: 1, refused: 0, unreadable: 1, missing: 58 }
 * problems[0].line; // 2
 * ```
 */
export async function readPredictions(
  source: PredictionSource,
  task: Task,
  questions: readonly Question[],
  options: PredictionOptions = {},
): Promise<ReadPredictions> {
  const reader = createReader(task, questions, options);
  if (typeof source === 'object' && 'rows' in source) return readRows(source, reader);
  let isFirst = true;
  let unread: number | undefined;
  for await (const lines of batchesOf(source)) {
    for (const line of lines) {
      if (line.text.trim() === '') continue;
      const header = isFirst ? reader.readHeader(line) : 'none';
      isFirst = false;
      if (unread !== undefined) unread++;
      else if (header === 'other') unread = 0;
      else if (header === 'none') reader.readLine(line);
    }
  }
  return reader.finish(unread);
}

/** Rows are numbered as the lines that they would be in JSON Lines, after the header. */
async function readRows(
  { header, rows }: PredictionRows,
  reader: ReturnType<typeof createReader>,
): Promise<ReadPredictions> {
  let number = 0;
  let unread: number | undefined;
  if (header !== undefined && reader.readHeader({ text: header, number: ++number }) === 'other') unread = 0;
  for await (const batch of rows) {
    if (unread !== undefined) unread += batch.length;
    else for (const record of batch) reader.readLine({ record, number: ++number });
  }
  return reader.finish(unread);
}

/** Takes the lines of a file one after the other. */
function createReader(task: Task, questions: readonly Question[], options: PredictionOptions) {
  const { parse, spans } = familyOf(task);
  const predictions: (Prediction | undefined)[] = new Array(questions.length).fill(undefined);
  const statuses: AnswerStatus[] = new Array(questions.length).fill('missing');
  const parts = { truncated: 0, failed: 0 };
  const lineOf = new Int32Array(questions.length);
  const asked = { find: createFinder(questions), lineOf, task, read: createRecordReader() };
  const problems: Problem[] = [];
  let used = options.offsets ?? 'utf16';
  let decidedBy: OffsetsReport['decidedBy'] = options.offsets ? 'option' : 'default';
  const reader = spans && createSpanReader(spans, () => used);

  const parseLine = (record: Line, { input }: Question): Prediction | readonly Fault[] => {
    const conflict = findConflict(record, input);
    if (conflict) return [conflict];
    const { line, faults } = reader?.read(record, input) ?? { line: record, faults: [] };
    return faults.length > 0 ? faults : parse(line, input, task);
  };

  return {
    /** Verifies the line where it is a header. */
    readHeader(line: TextLine): 'none' | 'own' | 'other' {
      const parsed = line.text.includes('"chineseblue"') ? parseRecord(line.text) : undefined;
      if (!parsed || 'malformed' in parsed) return 'none';
      const header = verifyHeader(parsed.record, line.number, { task, questions, ...options });
      if (!header) return 'none';
      problems.push(...header.problems);
      if (header.offsets && options.offsets && header.offsets !== options.offsets)
        problems.push(otherOffsets(line.number, header.offsets, options.offsets));
      if (header.offsets && !options.offsets) [used, decidedBy] = [header.offsets, 'header'];
      return header.problems.some(({ code }) => code !== 'unknown-header') ? 'other' : 'own';
    },
    readLine(line: TextLine | PlacedRow): void {
      const found = identify(line, asked);
      if ('code' in found) {
        problems.push(found);
        return;
      }
      const { record, id, index } = found;
      lineOf[index] = line.number;
      const status = withoutPrediction(record.status);
      if (status) {
        statuses[index] = status;
        countPart(parts, status, record);
        return;
      }
      const parsed = parseLine(record, questions[index]);
      if (isFaults(parsed)) for (const fault of parsed) problems.push({ line: line.number, id, ...fault });
      else predictions[index] = parsed;
      statuses[index] = predictions[index] === undefined ? 'unreadable' : 'answered';
    },
    finish(unread: number | undefined): ReadPredictions {
      const rest = unread === undefined ? unanswered(questions, lineOf) : [notRead(unread)];
      for (const problem of rest) problems.push(problem);
      const coverage = coverageOf(statuses);
      const read = { predictions, coverage, answers: { ...coverage, ...parts }, problems };
      return reader ? { ...read, offsets: reportOffsets(reader, used, decidedBy) } : read;
    },
  };
}

const reportOffsets = (
  { affected, fitting }: Pick<OffsetsReport, 'affected' | 'fitting'>,
  used: Offsets,
  decidedBy: OffsetsReport['decidedBy'],
): OffsetsReport => ({ used, decidedBy, affected, fitting });

/** Counts the details that a line without a prediction gives. */
function countPart(parts: { truncated: number; failed: number }, status: AnswerStatus, record: Line): void {
  if (status === 'unreadable' && record.truncated === true) parts.truncated++;
  if (status === 'missing' && record.failed === true) parts.failed++;
}

function otherOffsets(line: number, stated: Offsets, asked: Offsets): Problem {
  const message = {
    en: `the file says that its offsets are ${stated}, --offsets says ${asked}`,
    zh: `文件标注的偏移单位为 ${stated}，而 --offsets 为 ${asked}`,
  };
  return { line, code: 'other-offsets', field: 'offsets', message };
}

const notRead = (lines: number): Problem => ({
  code: 'not-read',
  message: {
    en: `${counted(lines, 'line after the header was', 'lines after the header were')} not read`,
    zh: `未读取文件头之后的 ${lines} 行`,
  },
});

const NO_PREDICTION: Text = { en: 'there is no prediction for this example', zh: '该样本没有预测' };

/** A problem for every question that no line answers. */
const unanswered = (questions: readonly Question[], lineOf: Int32Array): Problem[] =>
  questions
    .filter((_, index) => lineOf[index] === 0)
    .map(({ id }) => ({ id, code: 'missing-id', message: NO_PREDICTION }));

/** Lines in batches: much faster than one by one where there are millions. */
async function* batchesOf(
  source: Exclude<PredictionSource, PredictionRows>,
): AsyncGenerator<readonly TextLine[]> {
  if (typeof source === 'string') yield* readLineBatches(source);
  else if ('path' in source) yield* readLineBatches(source.path, source.name);
  else if ('bytes' in source) yield* readLineBatches(source.bytes, source.name);
  else {
    let number = 0;
    for await (const text of source)
      yield [{ text: number === 0 ? text.replace(/^\ufeff/, '') : text, number: ++number }];
  }
}

/** A row, and its line number in JSON Lines. */
interface PlacedRow {
  readonly record: PredictionRow;
  readonly number: number;
}

interface Identified {
  readonly record: PredictionRow;
  readonly id: string;
  readonly index: number;
}

interface Asked {
  readonly find: (id: string) => number | undefined;
  readonly lineOf: Int32Array;
  readonly task: Task;
  readonly read: (text: string) => ReadRecord;
}

/** The example that a line answers, or what is wrong with the line. */
function identify(given: TextLine | PlacedRow, { find, lineOf, task, read }: Asked): Identified | Problem {
  const line = given.number;
  const parsed = 'text' in given ? read(given.text) : given;
  if ('malformed' in parsed) return { line, code: 'not-json', message: parsed.malformed };
  const { record } = parsed;
  const id = typeof record.id === 'number' ? String(record.id) : record.id;
  if (typeof id !== 'string') {
    const message = {
      en: 'every prediction needs an id: a string, or a number for ids that are numbers',
      zh: '每条预测都需要 id：字符串；数字 id 也可写作数字',
    };
    return { line, code: 'no-id', field: 'id', message };
  }
  const index = find(id);
  if (index === undefined) {
    const message = {
      en: `${task.id} has no example of this id in this split`,
      zh: `${task.id} 的该划分中没有此 id 的样本`,
    };
    return { line, id, code: 'unknown-id', field: 'id', message };
  }
  if (lineOf[index] > 0) {
    const message = { en: `already answered on line ${lineOf[index]}`, zh: `第 ${lineOf[index]} 行已作答` };
    return { line, id, code: 'duplicate-id', field: 'id', message };
  }
  return { record, id, index };
}

/** The status of a line that says why there is no prediction. */
const withoutPrediction = (status: unknown): Exclude<AnswerStatus, 'answered'> | undefined =>
  status === 'refused' || status === 'unreadable' || status === 'missing' ? status : undefined;

function isFaults(parsed: Prediction | readonly Fault[]): parsed is readonly Fault[] {
  return Array.isArray(parsed);
}

/**
 * Id → index. Predictions mostly come in the order of the questions, so the one after the last found is tried
 * first; the index of a million ids is built only for a file in another order.
 */
function createFinder(questions: readonly Pick<Question, 'id'>[]): (id: string) => number | undefined {
  let next = 0;
  let position: Map<string, number> | undefined;
  return (id) => {
    if (next >= questions.length || questions[next].id !== id) {
      position ??= new Map(questions.map(({ id: known }, index) => [known, index]));
      const index = position.get(id);
      if (index === undefined) return undefined;
      next = index;
    }
    return next++;
  };
}
