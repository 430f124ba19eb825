import type { Example, Triple } from '../../tasks/examples.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import {
  createIds,
  createLabelCheck,
  expectArray,
  expectObject,
  expectString,
  isObject,
  readJsonRecords,
} from './records.ts';

/** CMeIE writes objects and their types as `{"@value": "…"}`; plain triples write the string itself. */
const plain = (value: unknown): unknown => (isObject(value) && '@value' in value ? value['@value'] : value);

/**
 * `{"id"?, "text", "spo_list": […]}` a line as in CMeIE, `{"predicate", "subject", "subject_type",
 * "object": {"@value"}, "object_type": {"@value"}}` each, or `{"id"?, "text", "triples": […]}` with plain
 * `{"subject", "predicate", "object"}`; both may be mixed. Triples are kept as they stand; repeated ones
 * and those whose subject or object is not a piece of the text are noticed.
 */
export const readTriplesJsonl: FormatReader = async (
  { path: file, name },
  task,
): Promise<Reading<'relation'>> => {
  const check = createLabelCheck(task);
  const nextId = createIds(file);
  const examples: Example<'relation'>[] = [];
  const notices: Notice[] = [];
  for await (const { value, line } of readJsonRecords(file)) {
    const id = nextId(value.id, line);
    const text = expectString(value.text, { file, line, id, field: 'text' });
    const key = value.spo_list === undefined ? 'triples' : 'spo_list';
    const seen = new Set<string>();
    const triples: Triple[] = [];
    for (const [i, item] of expectArray(value[key], { file, line, id, field: key }).entries()) {
      const at = (field: string) => ({ file, line, id, field: `${key}[${i}]${field}` });
      const spo = expectObject(item, at(''));
      const subject = expectString(spo.subject, at('.subject'));
      const predicate = check(expectString(spo.predicate, at('.predicate')), at('.predicate'));
      const object = expectString(plain(spo.object), at('.object'));
      const subjectType = plain(spo.subject_type);
      const objectType = plain(spo.object_type);
      triples.push({
        subject,
        predicate,
        object,
        ...(subjectType === undefined ? {} : { subjectType: expectString(subjectType, at('.subject_type')) }),
        ...(objectType === undefined ? {} : { objectType: expectString(objectType, at('.object_type')) }),
      });
      const identity = JSON.stringify([subject, predicate, object]);
      const notice = (code: string, message: string) => notices.push({ code, message, file: name, line, id });
      if (seen.has(identity)) notice('duplicate-triple', `The triple ${identity} is given twice`);
      if (!text.includes(subject)) notice('not-in-text', `The subject "${subject}" is not in the text`);
      if (!text.includes(object)) notice('not-in-text', `The object "${object}" is not in the text`);
      seen.add(identity);
    }
    examples.push({ id, input: { text }, gold: { triples } });
  }
  return { examples, notices };
};
