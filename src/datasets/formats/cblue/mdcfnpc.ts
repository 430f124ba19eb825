import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import { codePoints } from '../code-points.ts';
import type { Format, RecordNotice, SourceRecord } from '../format.ts';
import {
  badField,
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  type JsonRecord,
  type ValuePlace,
} from '../records.ts';
import { hasAnswers, readCblue } from './records.ts';

/** The meaning of an empty status, in records with others. */
export const UNMARKED = '不标注';
/** What the corpus writes where there is no standard term. */
const NO_NAME = 'undefined';

/**
 * CHIP-MDCFNPC as it is: dialogues with mentions, one per line (`{"dialog_id", "dialog_info": [{"sender", "text", "ner": [{"mention",
 * "name", "range", "attr"}]}]}`). `range` counts code points, its end is one past the last; sentences are counted by their place,
 * since their ids skip. Some ranges are wrong: a mention that reads otherwise is noticed (`mention-differs`), and one that leaves
 * its sentence stands for the whole of it (`mention-outside`), so that every mention keeps its number. An empty status is
 * `不标注`. A file in which no status is filled has no gold.
 */
export const mdcfnpc: Format = {
  families: ['mention-status'],
  shape: {
    en: '{"dialog_id": 1, "dialog_info": [{"sender": "…", "text": "…", "ner": [{"mention": "…", "range": [0, 2], "attr": "阳性"}]}]} on each line',
    zh: '每行 {"dialog_id": 1, "dialog_info": [{"sender": "…", "text": "…", "ner": [{"mention": "…", "range": [0, 2], "attr": "阳性"}]}]}',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, statusesOf);
    for await (const records of readCblue(path))
      yield records.map((record) => readRecord(record, path, withGold));
  },
};

/** The filled statuses of a record, whatever shape it has. */
const statusesOf = ({ dialog_info: turns }: PlainRecord): unknown[] =>
  (Array.isArray(turns) ? turns : [])
    .flatMap((turn) => (Array.isArray(turn?.ner) ? turn.ner : []))
    .map((mention) => mention?.attr)
    .filter((attr) => !isAbsent(attr) && attr !== '');

function readRecord({ value, line }: JsonRecord, file: string, withGold: boolean): SourceRecord {
  const at = (field: string): ValuePlace => ({ file, line, field });
  const turns: PlainRecord[] = [];
  const mentions: PlainRecord[] = [];
  const statuses: unknown[] = [];
  const fields: string[] = [];
  const notices: RecordNotice[] = [];
  for (const [turn, item] of expectArray(value.dialog_info, at('dialog_info')).entries()) {
    const field = `dialog_info[${turn}]`;
    const { sender, text, ner } = expectObject(item, at(field));
    const sentence = expectString(text, at(`${field}.text`));
    turns.push({ speaker: expectString(sender, at(`${field}.sender`)), text: sentence });
    for (const [i, given] of expectArray(ner ?? [], at(`${field}.ner`)).entries()) {
      const own = `${field}.ner[${i}]`;
      const { mention, name, range, attr } = expectObject(given, at(own));
      const place = placeOf(range, sentence, at(`${own}.range`));
      if (!place) notices.push(outside(mention));
      else if (sentence.slice(place.start, place.end) !== mention)
        notices.push(differs(mention, sentence, place));
      const named = typeof name === 'string' && name !== '' && name !== NO_NAME ? { name } : {};
      mentions.push({ turn, ...(place ?? { start: 0, end: sentence.length }), ...named });
      statuses.push(attr === '' || isAbsent(attr) ? UNMARKED : attr);
      fields.push(own);
    }
  }
  return {
    value: { id: value.dialog_id, turns, mentions, statuses: withGold ? statuses : undefined },
    line,
    notices,
    origin: (field) => ({
      field: field
        .replace(/^statuses\[(\d+)\]/, (_, i) => `${fields[Number(i)]}.attr`)
        .replace(/^mentions\[(\d+)\]/, (_, i) => fields[Number(i)]),
    }),
  };
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** UTF-16 offsets of a range; undefined if it is empty or leaves the sentence. */
function placeOf(range: unknown, sentence: string, place: ValuePlace): Place | undefined {
  const [start, end] = expectArray(range, place);
  if (
    typeof start !== 'number' ||
    typeof end !== 'number' ||
    !Number.isInteger(start) ||
    !Number.isInteger(end)
  )
    throw badField(range, { en: 'two whole numbers', zh: '两个整数' }, place);
  const points = codePoints(sentence);
  if (start < 0 || end <= start || end > points.length) return undefined;
  return { start: points.toUnits(start), end: points.toUnits(end) };
}

const outside = (mention: unknown): RecordNotice => ({
  code: 'mention-outside',
  message: { en: `"${mention}" extends beyond its sentence`, zh: `“${mention}”越出句子` },
});

const differs = (mention: unknown, sentence: string, { start, end }: Place): RecordNotice => ({
  code: 'mention-differs',
  message: {
    en: `"${mention}": the sentence has "${sentence.slice(start, end)}"`,
    zh: `标注为“${mention}”，原文为“${sentence.slice(start, end)}”`,
  },
});
