import { writeAtomic } from '../ground/files.ts';
import type { Answer } from '../tasks/answer.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { PredictionsHeader } from './header.ts';

type Identified = Pick<Example, 'id'>;

/** Lines are written in blocks of about this many characters; one with the scores of many classes may be longer. */
const BLOCK_CHARACTERS = 1 << 20;

/**
 * Writes predictions as JSON Lines, one per example, atomically.
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
  await writeAtomic(
    file,
    jsonLines(examples, (i) => predictions[i]),
  );
}

/**
 * As `writePredictions`, after a header where there is one; a question without a prediction has a line that says why.
 * `readPredictions` reads both.
 */
export async function writeAnswers(
  file: string,
  examples: readonly Identified[],
  answers: readonly Answer[],
  header?: PredictionsHeader,
): Promise<void> {
  await writeAtomic(
    file,
    jsonLines(
      examples,
      (i) => {
        const answer = answers[i];
        return answer.status === 'answered' ? answer.prediction : answer;
      },
      header,
    ),
  );
}

function* jsonLines(
  examples: readonly Identified[],
  fieldsOf: (index: number) => object,
  header?: PredictionsHeader,
): Generator<string> {
  let block = header ? `${JSON.stringify(header)}\n` : '';
  for (const [i, { id }] of examples.entries()) {
    block += `${JSON.stringify({ id, ...fieldsOf(i) })}\n`;
    if (block.length < BLOCK_CHARACTERS) continue;
    yield block;
    block = '';
  }
  yield block;
}
