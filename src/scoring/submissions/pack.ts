import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Question } from '../../datasets/dataset.ts';
import { readImcs } from '../../datasets/formats/cblue/imcs.ts';
import { readCblue } from '../../datasets/formats/cblue/records.ts';
import { writeAtomic } from '../../ground/files.ts';
import type { Prediction } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Task } from '../../tasks/task.ts';
import { shapeOf, stemOf } from './registry.ts';
import { type AnsweredQuestion, type SubmissionShape, textOf } from './shape.ts';

/** The answers to the test split of one task. */
export interface SubmissionPart {
  readonly task: Task;
  /** The data directory that the questions are from. */
  readonly dir: string;
  readonly questions: readonly Question[];
  /** Aligned with the questions. */
  readonly predictions: readonly (Prediction | undefined)[];
}

/** A file of a submission. */
export interface SubmissionFile {
  readonly name: string;
  readonly content: string;
  /** Questions without an answer: the file has an empty one, or the first label. */
  readonly unanswered: number;
}

/** Equal answers give the same archive. */
const MODIFIED = new Date(1980, 0, 1);

/** The official file of a task: every question in the order of the test file, answered or not. */
export async function submissionFile(part: SubmissionPart): Promise<SubmissionFile> {
  const { task, questions, predictions } = part;
  const shape = shapeOf(task);
  if (!shape) throw new Error(`nothing is submitted for ${task.id}`);
  const raw = 'filled' in shape.form && shape.form.filled ? await rawRecords(part) : [];
  const answered = questions.map((question, i) => ({ question, prediction: predictions[i], raw: raw[i] }));
  const unanswered = predictions.filter((prediction) => prediction === undefined).length;
  const name = stemOf(task) + shape.ending;
  if (shape.form.kind === 'columns') {
    const { separator, keyOf = ({ id }) => id } = shape.form;
    const lines = answered.map((one) => `${keyOf(one.question)}${separator}${shape.answer(one, task)}\n`);
    return { name, content: lines.join(''), unanswered };
  }
  if (shape.form.kind === 'objects') {
    const byId = Object.fromEntries(answered.map((one) => [one.question.id, shape.answer(one, task)]));
    return { name, content: `${JSON.stringify(byId, null, 2)}\n`, unanswered };
  }
  if (shape.form.kind === 'dialogues')
    return { name, content: await dialogues(shape, shape.form.whole, answered, part), unanswered };
  const { kind, key } = shape.form;
  const records = answered.map((one) => ({
    [key]: key === 'text' ? (textOf(one.question) ?? '') : one.question.id,
    ...Object(shape.answer(one, task)),
  }));
  const content =
    kind === 'array'
      ? `${JSON.stringify(records, null, 2)}\n`
      : records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return { name, content, unanswered };
}

const testFile = ({ task: { corpus }, dir }: Pick<SubmissionPart, 'task' | 'dir'>): string =>
  join(dir, corpus.folder, corpus.files.test ?? '');

/** The records of the test file, in the order of the questions. */
async function rawRecords(part: SubmissionPart): Promise<PlainRecord[]> {
  const found: PlainRecord[] = [];
  for await (const records of readCblue(testFile(part))) for (const { value } of records) found.push(value);
  return found;
}

/** A dialogue under each id, and in it an answer under the number of each sentence. */
async function dialogues(
  shape: SubmissionShape,
  whole: string | undefined,
  answered: readonly AnsweredQuestion[],
  { task, dir }: SubmissionPart,
): Promise<string> {
  const byId = new Map(answered.map((one) => [one.question.id, one]));
  const content: Record<string, Record<string, unknown>> = {};
  for (const { id, sentences } of await readImcs(testFile({ task, dir }))) {
    const own: Record<string, unknown> = {};
    for (const [i, sentence] of sentences.entries()) {
      const found = byId.get(`${id}/${sentence.id}`) ?? byId.get(id);
      if (!found) throw new Error(`no question for sentence ${sentence.id} of ${id}`);
      const answer = shape.answer(found, task);
      own[sentence.id] = Array.isArray(answer) ? answer[i] : answer;
    }
    const found = byId.get(id);
    if (whole !== undefined && found) own[whole] = [shape.answer(found, task)].flat().at(-1);
    content[id] = own;
  }
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Writes the files of a submission as one flat zip, whole or not at all. */
export async function writeSubmission(files: readonly SubmissionFile[], out: string): Promise<void> {
  const zip = new ZipFile();
  for (const { name, content } of files)
    zip.addBuffer(Buffer.from(content), name, { mtime: MODIFIED, mode: 0o644, forceDosTimestamp: true });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as Readable) chunks.push(chunk);
  await writeAtomic(out, Buffer.concat(chunks));
}
