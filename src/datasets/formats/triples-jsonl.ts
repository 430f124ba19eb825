import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';
import {
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  isObject,
  type JsonRecord,
  readJsonRecords,
} from './records.ts';

/** CMeIE writes objects and their types as `{"@value": "…"}`; plain triples write the string itself. */
const plain = (value: unknown): unknown => (isObject(value) && '@value' in value ? value['@value'] : value);

const FIELDS: Readonly<Record<string, string>> = { subjectType: 'subject_type', objectType: 'object_type' };

/**
 * `{"id"?, "text", "spo_list"?: […]}` on each line as in CMeIE, `{"predicate", "subject", "subject_type",
 * "object": {"@value"}, "object_type": {"@value"}}` each, or `{"id"?, "text", "triples"?: […]}` with plain
 * `{"subject", "predicate", "object"}`; both may be mixed. Triples are kept unchanged; repeated ones
 * and those whose subject or object is not a piece of the text are noticed.
 */
export const triplesJsonl: Format = {
  families: ['relation'],
  shape: {
    en: '{"text": "…", "triples": [{"subject": "…", "predicate": "…", "object": "…"}]} on each line',
    zh: '每行 {"text": "…", "triples": [{"subject": "…", "predicate": "…", "object": "…"}]}',
  },
  async *read(path) {
    for await (const records of readJsonRecords(path))
      yield records.map((record) => readTriples(record, path));
  },
};

/** One record of this format. */
export function readTriples({ value, line }: JsonRecord, file: string): SourceRecord {
  const { id } = value;
  const key = isAbsent(value.spo_list) ? 'triples' : 'spo_list';
  const origin = (field: string) => ({
    field: field.replace(/^triples/, key).replace(/(?<=\.)\w+$/, (name) => FIELDS[name] ?? name),
  });
  if (isAbsent(value[key])) return { value: { id, text: value.text }, line, origin };
  const text = expectString(value.text, { file, line, field: 'text' });
  const triples = expectArray(value[key], { file, line, field: key }).map((item, i): PlainRecord => {
    const spo = expectObject(item, { file, line, field: `${key}[${i}]` });
    return {
      subject: spo.subject,
      predicate: spo.predicate,
      object: plain(spo.object),
      subjectType: plain(spo.subject_type),
      objectType: plain(spo.object_type),
    };
  });
  return { value: { id, text, triples }, line, origin, notices: noticesOf(triples, text) };
}

function noticesOf(triples: readonly PlainRecord[], text: string): RecordNotice[] {
  const notices: RecordNotice[] = [];
  const seen = new Set<string>();
  const noticeOutside = (value: unknown, en: string, zh: string): void => {
    if (typeof value === 'string' && !text.includes(value)) {
      const message = { en: `The ${en} "${value}" is not in the text`, zh: `${zh}“${value}”不在文本中` };
      notices.push({ code: 'not-in-text', message });
    }
  };
  for (const { subject, predicate, object } of triples) {
    // anything but a text is an error, which the family reports
    if (![subject, predicate, object].every((part) => typeof part === 'string')) continue;
    const identity = JSON.stringify([subject, predicate, object]);
    if (seen.has(identity)) {
      const message = { en: `The triple ${identity} is given twice`, zh: `三元组 ${identity} 重复` };
      notices.push({ code: 'duplicate-triple', message });
    }
    noticeOutside(subject, 'subject', '主语');
    noticeOutside(object, 'object', '宾语');
    seen.add(identity);
  }
  return notices;
}
