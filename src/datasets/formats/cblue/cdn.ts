import type { Format, SourceRecord } from '../format.ts';
import { expectString, type JsonRecord } from '../records.ts';
import { hasAnswers, readCblue } from './records.ts';

const SEPARATOR = '##';

/**
 * CHIP-CDN as it is: `{"text", "normalized_result": "…##…"}` in a JSON array. Double quotes around the whole result, a slip of
 * a spreadsheet, are removed; so are blanks around terms. A file in which no result is filled has no gold.
 */
export const cdn: Format = {
  families: ['normalisation'],
  shape: {
    en: '{"text": "…", "normalized_result": "term##term"} in a JSON array',
    zh: 'JSON 数组，元素为 {"text": "…", "normalized_result": "术语##术语"}',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, (value) => value.normalized_result);
    for await (const records of readCblue(path))
      yield records.map((record) => readRecord(record, path, withGold));
  },
};

function readRecord({ value, line }: JsonRecord, file: string, withGold: boolean): SourceRecord {
  const { id, text, normalized_result: result } = value;
  const origin = () => ({ field: 'normalized_result' });
  if (!withGold) return { value: { id, text }, line };
  const joined = expectString(result, { file, line, field: 'normalized_result' });
  const terms = joined
    .replace(/^"(.*)"$/s, '$1')
    .split(SEPARATOR)
    .map((term) => term.trim());
  return { value: { id, text, terms: terms.filter((term) => term !== '') }, line, origin };
}
