import { readJsonValues } from '../../../ground/json-values.ts';
import { type JsonRecord, parseObject } from '../../formats/records.ts';

/** The objects of a JSON file one after another: the elements of a list, or values that follow each other. */
export async function* readObjects(path: string): AsyncGenerator<JsonRecord> {
  for await (const { text, line } of readJsonValues(path))
    yield { value: parseObject(text, path, line), line };
}
