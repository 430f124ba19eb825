import { writeAtomic } from '../ground/files.ts';
import type { Answer } from '../tasks/answer.ts';
import type { Example, Prediction } from '../tasks/examples.ts';

type Identified = Pick<Example, 'id'>;

const LINES_PER_WRITE = 1000;

/** Writes predictions as JSON Lines, one per example, atomically. */
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

/** As `writePredictions`; a question without a prediction has a line that says why. `readPredictions` reads both. */
export async function writeAnswers(
  file: string,
  examples: readonly Identified[],
  answers: readonly Answer[],
): Promise<void> {
  await writeAtomic(
    file,
    jsonLines(examples, (i) => {
      const answer = answers[i];
      return answer.status === 'answered' ? answer.prediction : answer;
    }),
  );
}

function* jsonLines(examples: readonly Identified[], fieldsOf: (index: number) => object): Generator<string> {
  for (let from = 0; from < examples.length; from += LINES_PER_WRITE) {
    const block = examples.slice(from, from + LINES_PER_WRITE);
    yield block.map(({ id }, i) => `${JSON.stringify({ id, ...fieldsOf(from + i) })}\n`).join('');
  }
}
