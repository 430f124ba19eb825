import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { Format, SourceRecord } from '../format.ts';
import { expectArray, expectObject, type JsonRecord } from '../records.ts';
import { hasAnswers, readCblue } from './records.ts';

/** What the official files leave empty: the finding is there. */
export const AFFIRMED = '肯定';

const FIELDS: Readonly<Record<string, string>> = {
  ...{ core: 'core_name', characters: 'character', anatomy: 'anatomy_list' },
};

/**
 * CHIP-CDEE as it is: `{"text", "event": [{"core_name", "tendency", "character": [], "anatomy_list": []}]}` in a JSON array. An
 * empty tendency is the label `肯定`. A file in which every list is empty has no gold.
 */
export const cdee: Format = {
  families: ['event'],
  shape: {
    en: '{"text": "…", "event": [{"core_name": "…", "tendency": "", "character": [], "anatomy_list": []}]} in a JSON array',
    zh: 'JSON 数组，元素为 {"text": "…", "event": [{"core_name": "…", "tendency": "", "character": [], "anatomy_list": []}]}',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, (value) => value.event);
    for await (const records of readCblue(path))
      yield records.map((record) => readRecord(record, path, withGold));
  },
};

function readRecord({ value, line }: JsonRecord, file: string, withGold: boolean): SourceRecord {
  const { id, text, event } = value;
  if (!withGold) return { value: { id, text }, line };
  const events = expectArray(event, { file, line, field: 'event' }).map((item, i): PlainRecord => {
    const own = expectObject(item, { file, line, field: `event[${i}]` });
    return {
      core: own.core_name,
      tendency: own.tendency === '' ? AFFIRMED : own.tendency,
      characters: own.character,
      anatomy: own.anatomy_list,
    };
  });
  const origin = (field: string) => ({
    field: field.replace(/^events/, 'event').replace(/(?<=\.)\w+/, (name) => FIELDS[name] ?? name),
  });
  return { value: { id, text, events }, line, origin };
}
