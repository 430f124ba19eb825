import type { OffsetRule } from '../../imports/offsets.ts';
import type { RawSpan } from '../../imports/raw.ts';
import type { Format, SourceRecord } from '../format.ts';
import { placeSpans } from '../place-spans.ts';
import {
  expectArray,
  expectInteger,
  expectObject,
  expectString,
  type JsonRecord,
  type ValuePlace,
} from '../records.ts';
import { inferRule, type MarkedText } from './offset-rule.ts';
import { hasAnswers, readCblue } from './records.ts';

/** `end_idx` is the last character, and characters are code points. */
const OFFICIAL: OffsetRule = { unit: 'code-point', end: 'inclusive' };

/**
 * CMeEE, both versions, as they are: `{"text", "entities": [{"start_idx", "end_idx", "type", "entity"}]}` in a JSON array.
 * `end_idx` is the last character, not one past it. Copies exist in which it is not: the rule under which most entities of
 * the file read their `entity` is applied, with the notice `offset-rule` where it is not the official one. An entity that
 * reads otherwise stays gold with the notice `mention-differs`; one that leaves its text is dropped (`mention-outside`).
 * Nested entities are kept, with the notice `mention-overlaps`. A file in which every list is empty has no gold.
 */
export const cmeee: Format = {
  families: ['ner'],
  shape: {
    en: '{"text": "…", "entities": [{"start_idx": 0, "end_idx": 2, "type": "dis", "entity": "…"}]} in a JSON array, end_idx being the last character',
    zh: 'JSON 数组，元素为 {"text": "…", "entities": [{"start_idx": 0, "end_idx": 2, "type": "dis", "entity": "…"}]}，end_idx 为末字位置',
  },
  async *read(path, context) {
    if (!(await hasAnswers(path, (value) => value.entities))) {
      for await (const records of readCblue(path))
        yield records.map(({ value: { id, text }, line }) => ({ value: { id, text }, line }));
      return;
    }
    const rule = await inferRule(markedTexts(path), OFFICIAL, context);
    for await (const records of readCblue(path))
      yield records.map((record) => readRecord(record, path, rule));
  },
};

async function* markedTexts(path: string): AsyncGenerator<MarkedText> {
  for await (const records of readCblue(path)) for (const record of records) yield readSpans(record, path);
}

function readSpans({ value, line }: JsonRecord, file: string): MarkedText {
  const at = (field: string): ValuePlace => ({ file, line, field });
  const text = expectString(value.text, at('text'));
  const spans = expectArray(value.entities, at('entities')).map((item, i): RawSpan => {
    const field = `entities[${i}]`;
    const { start_idx, end_idx, type, entity } = expectObject(item, at(field));
    return {
      start: expectInteger(start_idx, at(`${field}.start_idx`)),
      end: expectInteger(end_idx, at(`${field}.end_idx`)),
      type: expectString(type, at(`${field}.type`)),
      field,
      ...(typeof entity === 'string' && { mention: entity }),
    };
  });
  return { text, spans };
}

function readRecord(record: JsonRecord, file: string, rule: OffsetRule): SourceRecord {
  const marked = readSpans(record, file);
  const { entities, kept, notices } = placeSpans(marked, rule);
  return {
    value: { id: record.value.id, text: marked.text, entities },
    line: record.line,
    notices,
    origin: (field) => ({ field: field.replace(/^entities\[(\d+)\]/, (_, i) => kept[Number(i)].field) }),
  };
}
