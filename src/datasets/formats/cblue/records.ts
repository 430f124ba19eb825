import { readJsonValues } from '../../../ground/json-values.ts';
import { isAbsent, type JsonRecord, parseObject } from '../records.ts';

/** Records are handed on in batches of this many. */
const BATCH = 256;

/** The objects of an official file, in batches: a JSON array, however it is broken into lines, or one object a line. */
export async function* readCblue(path: string): AsyncGenerator<JsonRecord[]> {
  let batch: JsonRecord[] = [];
  for await (const { text, line } of readJsonValues(path)) {
    batch.push({ value: parseObject(text, path, line), line });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/**
 * Whether any record of a file has a filled answer. The official test files have the key of the answer and nothing in it
 * (`""`, `[]`), which in train and dev is a right answer: only the file as a whole shows it.
 */
export async function hasAnswers(
  path: string,
  answerOf: (value: JsonRecord['value']) => unknown,
): Promise<boolean> {
  for await (const records of readCblue(path)) {
    for (const { value } of records) if (isFilled(answerOf(value))) return true;
  }
  return false;
}

const isFilled = (answer: unknown): boolean =>
  !isAbsent(answer) && answer !== '' && !(Array.isArray(answer) && answer.length === 0);
