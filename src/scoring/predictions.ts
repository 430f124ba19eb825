import type { Question } from '../datasets/dataset.ts';
import { readFileItems } from '../datasets/read.ts';
import { hasGold } from '../datasets/split.ts';
import { UserError } from '../ground/errors.ts';
import { readLineBatches, writeAtomic } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
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
  readonly message: Text;
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
      const parsedLine = parseRecord(text);
      if ('malformed' in parsedLine) {
        problems.push({ line, code: 'not-json', message: parsedLine.malformed });
        continue;
      }
      const { record } = parsedLine;
      const id = typeof record.id === 'number' ? String(record.id) : record.id;
      if (typeof id !== 'string') {
        problems.push({
          line,
          code: 'no-id',
          field: 'id',
          message: { en: 'every prediction needs an id: a string', zh: '每条预测都需要 id（字符串）' },
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
          message: {
            en: `${task.id} has no example of this id in this split`,
            zh: `${task.id} 的该划分中没有此 id 的样本`,
          },
        });
        continue;
      }
      if (answeredOn[index] > 0) {
        problems.push({
          line,
          id,
          code: 'duplicate-id',
          field: 'id',
          message: {
            en: `already answered on line ${answeredOn[index]}`,
            zh: `第 ${answeredOn[index]} 行已作答`,
          },
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
        message: { en: 'there is no prediction for this example', zh: '该样本没有预测' },
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
function parseRecord(
  text: string,
): { readonly record: Record<string, unknown> } | { readonly malformed: Text } {
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return { malformed: { en: 'a line must be a JSON object', zh: '每行须为一个 JSON 对象' } };
    return { record: value };
  } catch (error) {
    const { message } = error as Error;
    return { malformed: { en: `not JSON: ${message}`, zh: `不是 JSON：${message}` } };
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
  const more = fatal.length - 1;
  const text: Text = {
    en: `${message.en}${more > 0 ? ` (and ${more} more such problems)` : ''}`,
    zh: `${message.zh}${more > 0 ? `（另有 ${more} 处同类问题）` : ''}`,
  };
  throw new UserError(code, text, {
    file,
    line,
    id,
    field,
    hint: {
      en: '`chineseblue check` lists every problem of the file.',
      zh: '`chineseblue check` 列出文件的全部问题。',
    },
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
      problems.push({
        id: example.id,
        code: 'missing-id',
        message: { en: 'there is no record for this example', zh: '该样本没有对应记录' },
      });
      return undefined;
    }
    if (JSON.stringify(answer.input) !== JSON.stringify(example.input)) {
      problems.push({
        id: example.id,
        code: 'unknown-id',
        message: {
          en: `the text of record ${index} is not that of the example`,
          zh: `第 ${index} 条记录的文本与样本不符`,
        },
      });
      return undefined;
    }
    return answer.gold as Prediction;
  });
  for (const { id } of answered.slice(examples.length)) {
    problems.push({
      id,
      code: 'unknown-id',
      message: { en: 'there are more records than examples', zh: '记录数多于样本数' },
    });
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
    throw new UserError(
      'unknown-format',
      { en: `Predictions for ${task.id} must be JSON Lines`, zh: `${task.id} 的预测须为 JSON Lines` },
      {
        file,
        hint: {
          en: 'Name the file .jsonl: one object per example, as docs/predictions.md shows.',
          zh: '文件名用 .jsonl：每个样本一个对象，格式见 docs/predictions.md。',
        },
      },
    );
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
