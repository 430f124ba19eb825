import type { Question } from '../datasets/dataset.ts';
import { readFileItems } from '../datasets/read.ts';
import { hasGold } from '../datasets/split.ts';
import { UserError } from '../ground/errors.ts';
import { readLineBatches, writeAtomic } from '../ground/files.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { Fault } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { FormatName, Task } from '../tasks/task.ts';

/** One thing that is wrong with a file of predictions. */
export interface Problem {
  /** 1-based; absent where an id has no line at all. */
  readonly line?: number;
  readonly id?: string;
  /** E.g. `not-json`, `unknown-id`, `duplicate-id`, `missing-id`, or a fault of the family. */
  readonly code: string;
  readonly field?: string;
  readonly message: string;
}

export interface PredictionFile {
  /** Aligned with the examples; undefined where there is no valid prediction. */
  readonly predictions: readonly (Prediction | undefined)[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a JSON Lines file of predictions against the examples that they answer. Every problem is
 * collected; none is thrown, except a file that cannot be read as UTF-8 lines at all.
 */
export async function readPredictions(
  file: string,
  task: Task,
  examples: readonly Question[],
): Promise<PredictionFile> {
  const family = familyOf(task);
  const find = createFinder(examples);
  const predictions: (Prediction | undefined)[] = new Array(examples.length).fill(undefined);
  const answeredOn = new Int32Array(examples.length);
  const problems: Problem[] = [];
  for await (const lines of readLineBatches(file)) {
    for (const { text, number: line } of lines) {
      if (text.trim() === '') continue;
      const record = parseRecord(text);
      if (typeof record === 'string') {
        problems.push({ line, code: 'not-json', message: record });
        continue;
      }
      const id = typeof record.id === 'number' ? String(record.id) : record.id;
      if (typeof id !== 'string') {
        problems.push({
          line,
          code: 'no-id',
          field: 'id',
          message: 'every prediction needs an id: a string',
        });
        continue;
      }
      const index = find(id);
      if (index === undefined) {
        problems.push({
          line,
          id,
          code: 'unknown-id',
          field: 'id',
          message: `${task.id} has no example of this id in this split`,
        });
        continue;
      }
      if (answeredOn[index] > 0) {
        problems.push({
          line,
          id,
          code: 'duplicate-id',
          field: 'id',
          message: `answered on line ${answeredOn[index]} already`,
        });
        continue;
      }
      answeredOn[index] = line;
      const parsed = family.parse(record, examples[index].input, task);
      if (isFaults(parsed)) problems.push(...parsed.map((fault) => ({ line, id, ...fault })));
      else predictions[index] = parsed;
    }
  }
  for (const [index, line] of answeredOn.entries()) {
    if (line === 0)
      problems.push({
        id: examples[index].id,
        code: 'missing-id',
        message: 'there is no prediction for this example',
      });
  }
  return { predictions, problems };
}

/**
 * Id → index. Predictions mostly come in the order of the examples, so the one after the last found is tried
 * first; the index of a million ids is built only for a file in another order.
 */
function createFinder(examples: readonly Pick<Question, 'id'>[]): (id: string) => number | undefined {
  let next = 0;
  let position: Map<string, number> | undefined;
  return (id) => {
    if (next >= examples.length || examples[next].id !== id) {
      position ??= new Map(examples.map((example, index) => [example.id, index]));
      const index = position.get(id);
      if (index === undefined) return undefined;
      next = index;
    }
    return next++;
  };
}

/** A line as an object, or what is wrong with it. */
function parseRecord(text: string): Record<string, unknown> | string {
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return 'a line must be a JSON object';
    return value;
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
}

function isFaults(parsed: Prediction | readonly Fault[]): parsed is readonly Fault[] {
  return Array.isArray(parsed);
}

/** Problems that say that the file is not what was meant: nothing can be scored from it honestly. */
const FATAL = new Set(['not-json', 'no-id', 'unknown-id', 'duplicate-id']);

/**
 * Throws for problems that make a file unfit for scoring. Missing and invalid predictions pass: they are
 * scored as wrong and shown as coverage.
 */
export function refuseUnfit(file: string, { problems }: PredictionFile): void {
  const fatal = problems.filter(({ code }) => FATAL.has(code));
  if (fatal.length === 0) return;
  const { line, id, field, code, message } = fatal[0];
  const more = fatal.length > 1 ? ` (and ${fatal.length - 1} more such problems)` : '';
  throw new UserError(code, `${message}${more}`, {
    file,
    line,
    id,
    field,
    hint: '`chineseblue check` lists every problem of the file.',
  });
}

/** Writes predictions as JSON Lines, one an example, atomically. */
export async function writePredictions(
  file: string,
  examples: readonly Pick<Example, 'id'>[],
  predictions: readonly Prediction[],
): Promise<void> {
  await writeAtomic(file, jsonLines(examples, predictions));
}

const LINES_A_WRITE = 1000;

function* jsonLines(
  examples: readonly Pick<Example, 'id'>[],
  predictions: readonly Prediction[],
): Generator<string> {
  for (let from = 0; from < examples.length; from += LINES_A_WRITE) {
    const block = examples.slice(from, from + LINES_A_WRITE);
    yield block.map(({ id }, i) => `${JSON.stringify({ id, ...predictions[from + i] })}\n`).join('');
  }
}

/**
 * Reads predictions in JSON Lines, or, for a file of another extension, in a format that the task's corpus
 * itself comes in: BIO for entities, `label<TAB>text…` for pairs and classes. There a record answers the
 * example of the same number, and must repeat its text.
 */
export async function readAnyPredictions(
  file: string,
  task: Task,
  examples: readonly Question[],
): Promise<PredictionFile> {
  if (/\.(jsonl|json|ndjson)$/i.test(file)) return readPredictions(file, task, examples);
  const answered = await readCorpusFormat(file, task);
  const problems: Problem[] = [];
  const predictions = examples.map((example, index): Prediction | undefined => {
    const answer = answered[index];
    if (!answer) {
      problems.push({ id: example.id, code: 'missing-id', message: 'there is no record for this example' });
      return undefined;
    }
    if (JSON.stringify(answer.input) !== JSON.stringify(example.input)) {
      problems.push({
        id: example.id,
        code: 'unknown-id',
        message: `record ${index} repeats another text than the example`,
      });
      return undefined;
    }
    return answer.gold as Prediction;
  });
  for (const { id } of answered.slice(examples.length)) {
    problems.push({ id, code: 'unknown-id', message: 'there are more records than examples' });
  }
  return { predictions, problems };
}

/** The formats with one line (or one line a character) of plain text, which predictions may come in. */
const PLAIN_FORMATS: readonly FormatName[] = ['bio', 'text-tsv', 'pair-tsv'];

async function readCorpusFormat(file: string, task: Task): Promise<readonly Example[]> {
  const { format, alternative } = task.corpus;
  const plain = [format, alternative?.format].find(
    (name) => name !== undefined && PLAIN_FORMATS.includes(name),
  );
  if (!plain) {
    throw new UserError('unknown-format', `Predictions for ${task.id} must be JSON Lines`, {
      file,
      hint: 'Name the file .jsonl: one object an example, as docs/predictions.md shows.',
    });
  }
  const items = await readFileItems({ format: plain, path: file, name: file }, task);
  if (items.every(hasGold)) return items;
  throw new UserError(
    'no-gold',
    { en: 'The file holds texts without answers', zh: '文件中只有文本，没有答案' },
    {
      file,
      hint: { en: 'Write each answer where the corpus has its gold.', zh: '请将答案写在语料金标的位置。' },
    },
  );
}
