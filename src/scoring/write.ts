import { writeAtomic } from '../ground/files.ts';
import { columnsOf } from '../ground/parquet-columns.ts';
import { parquetParts } from '../ground/parquet-writer.ts';
import type { Answer } from '../tasks/answer.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { HEADER_NOTE, type PredictionsHeader } from './header.ts';

type Identified = Pick<Example, 'id'>;

/** Lines are written in blocks of about this many characters; one with the scores of many classes may be longer. */
const BLOCK_CHARACTERS = 1 << 20;

/**
 * Writes predictions atomically: as JSON Lines, one per example, or as Parquet, a row for each, to a file whose name ends in
 * `.parquet`.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, readPredictions, samplesDir, writePredictions } from 'chineseblue';
 *
 * const { task, split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
 * const { questions } = await split('test');
 * const [{ id: label }] = task.labels;
 * await writePredictions('predictions.jsonl', questions, questions.map(() => ({ label })));
 * (await readPredictions('predictions.jsonl', task, questions)).coverage.answered; // 60
 * ```
 */
export async function writePredictions(
  file: string,
  examples: readonly Identified[],
  predictions: readonly Prediction[],
): Promise<void> {
  await writeRows(file, { examples, fieldsOf: (i) => predictions[i] });
}

/**
 * As `writePredictions`, with a header where there is one, and for a question without a prediction a line that says why.
 * `readPredictions` reads both.
 */
export async function writeAnswers(
  file: string,
  examples: readonly Identified[],
  answers: readonly Answer[],
  header?: PredictionsHeader,
): Promise<void> {
  const fieldsOf = (i: number): object => {
    const answer = answers[i];
    return answer.status === 'answered' ? answer.prediction : answer;
  };
  await writeRows(file, { examples, fieldsOf, header });
}

interface Rows {
  readonly examples: readonly Identified[];
  readonly fieldsOf: (index: number) => object;
  readonly header?: PredictionsHeader;
}

const writeRows = (file: string, rows: Rows): Promise<void> =>
  writeAtomic(file, /\.parquet$/i.test(file) ? tableParts(rows) : jsonLines(rows));

/** Rows of a Parquet file that are made together. */
const BATCH_ROWS = 4096;

function tableParts({ examples, fieldsOf, header }: Rows): AsyncGenerator<Uint8Array> {
  const rowOf = ({ id }: Identified, i: number) => ({ id, ...fieldsOf(i) });
  const batches = function* () {
    for (let from = 0; from < examples.length; from += BATCH_ROWS)
      yield examples.slice(from, from + BATCH_ROWS).map((example, i) => rowOf(example, from + i));
  };
  const fields = function* () {
    for (const i of examples.keys()) yield fieldsOf(i);
  };
  const columns = { id: { always: 'string' }, ...columnsOf(fields()) } as const;
  const notes = header && { [HEADER_NOTE]: JSON.stringify(header) };
  return parquetParts({ columns, rows: batches(), notes });
}

function* jsonLines({ examples, fieldsOf, header }: Rows): Generator<string> {
  let block = header ? `${JSON.stringify(header)}\n` : '';
  for (const [i, { id }] of examples.entries()) {
    block += `${JSON.stringify({ id, ...fieldsOf(i) })}\n`;
    if (block.length < BLOCK_CHARACTERS) continue;
    yield block;
    block = '';
  }
  yield block;
}
