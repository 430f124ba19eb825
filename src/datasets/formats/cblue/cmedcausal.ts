import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { type OffsetRule, placeSpan, textAt } from '../../imports/offsets.ts';
import type { RawSpan } from '../../imports/raw.ts';
import type { Format, RecordNotice, SourceRecord } from '../format.ts';
import {
  expectArray,
  expectInteger,
  expectObject,
  expectString,
  type JsonRecord,
  type ValuePlace,
} from '../records.ts';
import { differs, inferRule, type MarkedText, outside } from './offset-rule.ts';
import { hasAnswers, readCblue } from './records.ts';

const OFFICIAL: OffsetRule = { unit: 'code-point', end: 'exclusive' };

/** Marks a tail that is itself a relation. */
const NESTED = 'relation';

/**
 * CMedCausal as it is: `{"text", "relation_of_mention": [{"head": {"mention", "start_idx", "end_idx"}, "relation", "tail"}]}` in
 * a JSON array; a tail is a mention or, for a condition, a nested relation. `end_idx` is one past the last character, and
 * characters are code points; a file that counts otherwise is read by its own rule (`offset-rule`). A mention that reads
 * otherwise is noticed (`mention-differs`); a relation with one that leaves its text is dropped (`mention-outside`). A file
 * in which every list is empty has no gold.
 */
export const cmedcausal: Format = {
  families: ['causal'],
  shape: {
    en: '{"text": "…", "relation_of_mention": [{"head": {"mention": "…", "start_idx": 0, "end_idx": 2}, "relation": 1, "tail": {"type": "mention", "mention": "…", "start_idx": 4, "end_idx": 6}}]} in a JSON array',
    zh: 'JSON 数组，元素为 {"text": "…", "relation_of_mention": [{"head": {"mention": "…", "start_idx": 0, "end_idx": 2}, "relation": 1, "tail": {"type": "mention", "mention": "…", "start_idx": 4, "end_idx": 6}}]}',
  },
  async *read(path, context) {
    const withGold = await hasAnswers(path, (value) => value.relation_of_mention);
    const rule = withGold ? await inferRule(markedTexts(path), OFFICIAL, context) : OFFICIAL;
    for await (const records of readCblue(path)) {
      yield records.map(
        (record): SourceRecord =>
          withGold ? readRecord(record, path, rule) : { value: plain(record), line: record.line },
      );
    }
  },
};

const plain = ({ value: { id, text } }: JsonRecord): PlainRecord => ({ id, text });

async function* markedTexts(path: string): AsyncGenerator<MarkedText> {
  for await (const records of readCblue(path))
    for (const record of records) {
      const { text, relations } = readRelations(record, path);
      yield { text, spans: relations.flatMap(({ mentions }) => mentions) };
    }
}

/** A relation as the file writes it, its mentions in the order head, tail or head, tail's head, tail's tail. */
interface RawCausal {
  readonly field: string;
  readonly mentions: readonly RawSpan[];
  readonly relation: unknown;
  /** The label of the relation that is the tail. */
  readonly inner?: { readonly relation: unknown };
}

function readRelations({ value, line }: JsonRecord, file: string): { text: string; relations: RawCausal[] } {
  const at = (field: string): ValuePlace => ({ file, line, field });
  const mention = (given: unknown, field: string): RawSpan => {
    const { start_idx, end_idx, mention: words } = expectObject(given, at(field));
    return {
      start: expectInteger(start_idx, at(`${field}.start_idx`)),
      end: expectInteger(end_idx, at(`${field}.end_idx`)),
      ...{ type: '', field },
      ...(typeof words === 'string' && { mention: words }),
    };
  };
  const text = expectString(value.text, at('text'));
  const listed = expectArray(value.relation_of_mention, at('relation_of_mention'));
  const relations = listed.map((item, i): RawCausal => {
    const field = `relation_of_mention[${i}]`;
    const { head, relation, tail } = expectObject(item, at(field));
    const ends = expectObject(tail, at(`${field}.tail`));
    const first = mention(head, `${field}.head`);
    if (ends.type !== NESTED && ends.relation === undefined)
      return { field, relation, mentions: [first, mention(tail, `${field}.tail`)] };
    const inner = [mention(ends.head, `${field}.tail.head`), mention(ends.tail, `${field}.tail.tail`)];
    return { field, relation, inner: { relation: ends.relation }, mentions: [first, ...inner] };
  });
  return { text, relations };
}

function readRecord(record: JsonRecord, file: string, rule: OffsetRule): SourceRecord {
  const { text, relations: raw } = readRelations(record, file);
  const notices: RecordNotice[] = [];
  const fields: string[] = [];
  const relations: PlainRecord[] = [];
  for (const { field, relation, inner, mentions } of raw) {
    const places = mentions.flatMap((span) => {
      const place = placeSpan(text, span, rule);
      if (!place) notices.push(outside(span));
      else if (span.mention !== undefined && textAt(text, place) !== span.mention)
        notices.push(differs(span, textAt(text, place)));
      return place ?? [];
    });
    if (places.length < mentions.length) continue;
    const [head, second, third] = places;
    relations.push({ head, relation, tail: inner ? { ...inner, head: second, tail: third } : second });
    fields.push(field);
  }
  return {
    value: { ...plain(record), relations },
    line: record.line,
    notices,
    origin: (field) => ({ field: field.replace(/^relations\[(\d+)\]/, (_, i) => fields[Number(i)]) }),
  };
}
