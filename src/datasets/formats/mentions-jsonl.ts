import { codePoints } from './code-points.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';
import {
  badField,
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  type JsonRecord,
  readJsonRecords,
} from './records.ts';

interface Entity {
  readonly start: number;
  readonly end: number;
  readonly type: unknown;
}

/**
 * `{"text", "mention_data"?: [{"mention", "offset", "label" or "type"}]}` on each line (cEHRNER, cMedQANER):
 * the gold of the NER corpora. An offset is a string, or now and then a number, and counts characters
 * (code points); entities are given in UTF-16 code units.
 *
 * A mention is the span of its length at its offset. What the corpus says stays gold even where it
 * looks wrong, with a notice: `mention-case` (differs from the text in letter case only),
 * `mention-differs`, `mention-overlaps`, `mention-duplicate`. A span of no length or beyond the text
 * cannot be an entity and is dropped: `mention-empty`, `mention-outside`.
 */
export const mentionsJsonl: Format = {
  families: ['ner'],
  shape: {
    en: '{"text": "…", "mention_data": [{"mention": "…", "offset": "0", "type": "…"}]} on each line',
    zh: '每行 {"text": "…", "mention_data": [{"mention": "…", "offset": "0", "type": "…"}]}',
  },
  async *read(path) {
    for await (const records of readJsonRecords(path))
      yield records.map((record) => readRecord(record, path));
  },
};

function readRecord({ value, line }: JsonRecord, file: string): SourceRecord {
  const { id, text: given, mention_data: mentions } = value;
  if (isAbsent(mentions))
    return { value: { id, text: given }, line, origin: () => ({ field: 'mention_data' }) };
  const text = expectString(given, { file, line, field: 'text' });
  const points = codePoints(text);
  const notices: RecordNotice[] = [];
  const entities: Entity[] = [];
  /** The number in the file of every entity, and the name of the field of its type. */
  const origins: { readonly number: number; readonly typeField: string }[] = [];
  for (const [number, item] of expectArray(mentions, { file, line, field: 'mention_data' }).entries()) {
    const at = (field: string) => ({ file, line, field: `mention_data[${number}]${field}` });
    const record = expectObject(item, at(''));
    const mention = expectString(record.mention, at('.mention'));
    const typeField = record.label === undefined ? 'type' : 'label';
    const type = record[typeField];
    const offset = parseOffset(record.offset);
    if (offset === undefined) throw badField(record.offset, OFFSET, at('.offset'));
    const end = offset + codePoints(mention).length;
    if (end === offset || end > points.length) {
      notices.push(noticeDropped(mention, offset, end === offset, points.length));
      continue;
    }
    const entity = { start: points.toUnits(offset), end: points.toUnits(end), type };
    const found = text.slice(entity.start, entity.end);
    if (found !== mention) notices.push(noticeDifference(mention, offset, found));
    const overlap = noticeOverlap(entity, entities, mention);
    if (overlap) notices.push(overlap);
    entities.push(entity);
    origins.push({ number, typeField });
  }
  return {
    value: { id, text, entities },
    line,
    notices,
    origin: (field) => ({
      field: field
        .replace(/^entities\[(\d+)\]/, (_, i) => `mention_data[${origins[Number(i)].number}]`)
        .replace(/\.type$/, () => `.${origins[Number(/\d+/.exec(field)?.[0] ?? 0)].typeField}`)
        .replace(/^entities$/, 'mention_data'),
    }),
  };
}

const OFFSET = { en: 'a whole number of characters such as "11"', zh: '以字符计的整数，例如 "11"' };

function parseOffset(value: unknown): number | undefined {
  const offset = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 ? offset : undefined;
}

function noticeDropped(mention: string, offset: number, isEmpty: boolean, length: number): RecordNotice {
  if (isEmpty) {
    const message = {
      en: `The mention at ${offset} is empty: dropped`,
      zh: `偏移 ${offset} 处的实体为空，已剔除`,
    };
    return { code: 'mention-empty', message };
  }
  return {
    code: 'mention-outside',
    message: {
      en: `"${mention}" at ${offset} runs beyond the text (${length}): dropped`,
      zh: `偏移 ${offset} 处的“${mention}”越出文本（长 ${length}），已剔除`,
    },
  };
}

function noticeDifference(mention: string, offset: number, found: string): RecordNotice {
  return {
    code: found.toLowerCase() === mention.toLowerCase() ? 'mention-case' : 'mention-differs',
    message: {
      en: `"${mention}" at ${offset}: the text has "${found}"`,
      zh: `偏移 ${offset} 处标注为“${mention}”，原文为“${found}”`,
    },
  };
}

/** Where an entity overlaps or repeats one of those before it. */
export function noticeOverlap(
  entity: Entity,
  before: readonly Entity[],
  mention: string,
): RecordNotice | undefined {
  const clash = before.find((other) => entity.start < other.end && other.start < entity.end);
  if (!clash) return undefined;
  const same = before.some((e) => e.start === entity.start && e.end === entity.end && e.type === entity.type);
  const [code, en, zh] = same
    ? ['mention-duplicate', 'repeats', '重复']
    : ['mention-overlaps', 'overlaps', '重叠'];
  return {
    code,
    message: {
      en: `"${mention}" (${entity.type}) ${en} a ${clash.type} at ${clash.start}–${clash.end}`,
      zh: `“${mention}”（${entity.type}）与 ${clash.start}–${clash.end} 处的 ${clash.type} ${zh}`,
    },
  };
}
