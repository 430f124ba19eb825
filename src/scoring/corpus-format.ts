import type { Question } from '../datasets/dataset.ts';
import { readFileItems } from '../datasets/read.ts';
import { hasGold } from '../datasets/split.ts';
import { UserError } from '../ground/errors.ts';
import type { AnswerStatus } from '../tasks/answer.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { coverageOf } from './coverage.ts';
import { type NamedFile, type ReadPredictions, readPredictions } from './predictions.ts';
import type { Problem } from './problems.ts';

/**
 * Reads predictions in JSON Lines, or, for a file of another extension, in a format that the task's corpus
 * itself comes in: BIO for entities, `label<TAB>text…` for pairs and classes. There a record answers the
 * example of the same number, and must repeat its text.
 */
export async function readAnyPredictions(
  file: string | NamedFile,
  task: Task,
  questions: readonly Question[],
): Promise<ReadPredictions> {
  const { path, name = path } = typeof file === 'string' ? { path: file } : file;
  if (/\.(jsonl|json|ndjson)$/i.test(path)) return readPredictions({ path, name }, task, questions);
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
  return { predictions, coverage: coverageOf(statuses), problems };
}

/** Records of a corpus file, whose errors call it `name`. */
async function readRecords(path: string, name: string, task: Task): Promise<readonly Example[]> {
  const format = plainFormatOf(task, name);
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

function plainFormatOf(task: Task, name: string): string {
  const { format, alternative } = task.corpus;
  const plain = [format, alternative?.format].find(
    (known) => known !== undefined && PLAIN_FORMATS.includes(known),
  );
  if (plain) return plain;
  throw new UserError(
    'unknown-format',
    { en: `Predictions for ${task.id} must be JSON Lines`, zh: `${task.id} 的预测须为 JSON Lines` },
    {
      file: name,
      hint: {
        en: 'Name the file .jsonl: one object per example, as docs/predictions.md shows.',
        zh: '文件名用 .jsonl：每个样本一个对象，格式见 docs/predictions.md。',
      },
    },
  );
}
