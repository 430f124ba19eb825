import type { Entity, Example } from '../../tasks/examples.ts';
import { codePoints } from './code-points.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import {
  badField,
  createIds,
  createLabelCheck,
  expectArray,
  expectObject,
  expectString,
  readJsonRecords,
} from './records.ts';

/**
 * `{"text", "mention_data": [{"mention", "offset", "label" or "type"}]}` a line (cEHRNER, cMedQANER):
 * the gold of the NER corpora. An offset is a string, or now and then a number, and counts characters
 * (code points); entities are given in UTF-16 code units.
 *
 * A mention is the span of its own length at its offset. What the corpus says stays gold even where it
 * looks wrong, with a notice: `mention-case` (differs from the text in letter case only),
 * `mention-differs`, `mention-overlaps`, `mention-duplicate`. A span of no length or beyond the text
 * cannot be an entity and is dropped: `mention-empty`, `mention-outside`.
 */
export const readMentionsJsonl: FormatReader = async (
  { path: file, name },
  task,
): Promise<Reading<'ner'>> => {
  const check = createLabelCheck(task);
  const nextId = createIds(file);
  const examples: Example<'ner'>[] = [];
  const notices: Notice[] = [];
  for await (const { value, line } of readJsonRecords(file)) {
    const id = nextId(value.id, line);
    const text = expectString(value.text, { file, line, id, field: 'text' });
    const points = codePoints(text);
    const notice = (code: string, message: string) => notices.push({ code, message, file: name, line, id });
    const entities: Entity[] = [];
    const mentions = expectArray(value.mention_data, { file, line, id, field: 'mention_data' });
    for (const [i, item] of mentions.entries()) {
      const at = (field: string) => ({ file, line, id, field: `mention_data[${i}]${field}` });
      const record = expectObject(item, at(''));
      const mention = expectString(record.mention, at('.mention'));
      const typeField = record.label === undefined ? 'type' : 'label';
      const type = check(expectString(record[typeField], at(`.${typeField}`)), at(`.${typeField}`));
      const offset = parseOffset(record.offset);
      if (offset === undefined) {
        throw badField(record.offset, 'a whole number of characters such as "11"', at('.offset'));
      }
      const end = offset + codePoints(mention).length;
      if (end === offset) {
        notice('mention-empty', `The mention of ${type} at ${offset} is empty: dropped`);
        continue;
      }
      if (end > points.length) {
        notice(
          'mention-outside',
          `"${mention}" at ${offset} runs beyond the text (${points.length}): dropped`,
        );
        continue;
      }
      const entity = { start: points.toUnits(offset), end: points.toUnits(end), type };
      const found = text.slice(entity.start, entity.end);
      if (found !== mention) {
        const caseOnly = found.toLowerCase() === mention.toLowerCase();
        notice(
          caseOnly ? 'mention-case' : 'mention-differs',
          `"${mention}" at ${offset}: the text has "${found}"`,
        );
      }
      noticeOverlap(entity, entities, mention, notice);
      entities.push(entity);
    }
    examples.push({ id, input: { text }, gold: { entities } });
  }
  return { examples, notices };
};

function parseOffset(value: unknown): number | undefined {
  const offset = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 ? offset : undefined;
}

function noticeOverlap(
  entity: Entity,
  before: readonly Entity[],
  mention: string,
  notice: (code: string, message: string) => void,
): void {
  const clash = before.find((other) => entity.start < other.end && other.start < entity.end);
  if (!clash) return;
  const same = before.some((e) => e.start === entity.start && e.end === entity.end && e.type === entity.type);
  const [code, what] = same ? ['mention-duplicate', 'repeats'] : ['mention-overlaps', 'overlaps'];
  notice(code, `"${mention}" (${entity.type}) ${what} a ${clash.type} at ${clash.start}–${clash.end}`);
}
