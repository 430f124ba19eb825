import { type JsonText, readJsonBatches, readJsonValues } from '../../../ground/json-values.ts';
import { type JsonRecord, parseObject } from '../../formats/records.ts';

/** The objects of a JSON file one after another: the elements of a list, or values that follow each other. */
export async function* readObjects(path: string): AsyncGenerator<JsonRecord> {
  for await (const value of readJsonValues(path)) yield objectOf(value, path);
}

/** As `readObjects`, some at a time. */
export async function* readObjectBatches(path: string): AsyncGenerator<readonly JsonRecord[]> {
  for await (const batch of readJsonBatches(path)) yield batch.map((value) => objectOf(value, path));
}

const objectOf = ({ text, line }: JsonText, path: string): JsonRecord => ({
  ...{ value: parseObject(text, path, line), line },
});
