import type { Example } from '../../tasks/examples.ts';
import type { FormatReader, Reading } from './format.ts';
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
 * `{"query", "documents": [{"url", "title", "label"}]}` a line (cMedIR), labels "0", "1", … as strings
 * or numbers. A record is kept as it is; its group is its query, which several records share.
 */
export const readQueryDocumentsJsonl: FormatReader = async (
  { path: file },
  task,
): Promise<Reading<'ranking'>> => {
  const check = createLabelCheck(task);
  const nextId = createIds(file);
  const examples: Example<'ranking'>[] = [];
  for await (const { value, line } of readJsonRecords(file)) {
    const id = nextId(value.id, line);
    const query = expectString(value.query, { file, line, id, field: 'query' });
    const list = expectArray(value.documents, { file, line, id, field: 'documents' });
    if (list.length === 0) throw badField(list, 'a non-empty array', { file, line, id, field: 'documents' });
    const documents: { title: string; url?: string }[] = [];
    const relevance: number[] = [];
    for (const [i, item] of list.entries()) {
      const document = expectObject(item, { file, line, id, field: `documents[${i}]` });
      const title = expectString(document.title, { file, line, id, field: `documents[${i}].title` });
      const place = { file, line, id, field: `documents[${i}].label` };
      const grade = typeof document.label === 'number' ? String(document.label) : document.label;
      if (typeof grade !== 'string' || !/^\d{1,9}$/.test(grade)) {
        throw badField(document.label, 'a whole number such as "2"', place);
      }
      relevance.push(Number(check(grade, place)));
      documents.push(typeof document.url === 'string' ? { title, url: document.url } : { title });
    }
    examples.push({ id, group: query, input: { query, documents }, gold: { relevance } });
  }
  return { examples, notices: [] };
};
