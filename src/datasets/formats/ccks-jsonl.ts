import { readLineBatches } from '../../ground/files.ts';
import { codePoints } from './code-points.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';
import { noticeOverlap } from './mentions-jsonl.ts';
import {
  expectArray,
  expectInteger,
  expectObject,
  expectString,
  isAbsent,
  type JsonRecord,
  parseObject,
} from './records.ts';

/**
 * CCKS 2019 and 2020 and Yidu-S4K as they are: `{"originalText", "entities": [{"label_type", "start_pos", "end_pos"}]}` on each
 * line. Offsets count code points of the text, `end_pos` is one past the last. The training files come in parts, of which the
 * first begins with a byte-order mark: one at the beginning of any line is left out, so that the parts may be joined. An entity
 * that leaves its text is dropped (`mention-outside`).
 */
export const ccksJsonl: Format = {
  families: ['ner'],
  shape: {
    en: '{"originalText": "…", "entities": [{"label_type": "…", "start_pos": 0, "end_pos": 2}]} on each line',
    zh: '每行 {"originalText": "…", "entities": [{"label_type": "…", "start_pos": 0, "end_pos": 2}]}',
  },
  async *read(path) {
    for await (const lines of readLineBatches(path)) {
      yield lines.flatMap(({ text, number }): SourceRecord[] => {
        const own = text.replace(/^\ufeff/, '');
        return own.trim() === ''
          ? []
          : [readRecord({ value: parseObject(own, path, number), line: number }, path)];
      });
    }
  },
};

const FIELDS: Readonly<Record<string, string>> = { type: 'label_type', start: 'start_pos', end: 'end_pos' };

function readRecord({ value, line }: JsonRecord, file: string): SourceRecord {
  const { id, originalText: given, entities: listed } = value;
  const text = expectString(given, { file, line, field: 'originalText' });
  if (isAbsent(listed)) return { value: { id, text }, line };
  const points = codePoints(text);
  const notices: RecordNotice[] = [];
  const entities: { start: number; end: number; type: string }[] = [];
  const numbers: number[] = [];
  for (const [number, item] of expectArray(listed, { file, line, field: 'entities' }).entries()) {
    const at = (field: string) => ({ file, line, field: `entities[${number}]${field}` });
    const { label_type, start_pos, end_pos } = expectObject(item, at(''));
    const from = expectInteger(start_pos, at('.start_pos'));
    const to = expectInteger(end_pos, at('.end_pos'));
    const type = expectString(label_type, at('.label_type'));
    if (from < 0 || to <= from || to > points.length) {
      notices.push(outside(from, to, points.length));
      continue;
    }
    const entity = { start: points.toUnits(from), end: points.toUnits(to), type };
    const overlap = noticeOverlap(entity, entities, text.slice(entity.start, entity.end));
    if (overlap) notices.push(overlap);
    entities.push(entity);
    numbers.push(number);
  }
  const origin = (field: string) => ({
    field: field
      .replace(/^entities\[(\d+)\]/, (_, i) => `entities[${numbers[Number(i)]}]`)
      .replace(/(?<=\.)\w+$/, (name) => FIELDS[name] ?? name),
  });
  return { value: { id, text, entities }, line, notices, origin };
}

const outside = (start: number, end: number, length: number): RecordNotice => ({
  code: 'mention-outside',
  message: {
    en: `${start}–${end} is empty or extends beyond the text (${length}): dropped`,
    zh: `${start}–${end} 为空或越出文本（长 ${length}），已剔除`,
  },
});
