import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Format, SourceRecord } from './format.ts';
import { expectArray, expectObject, isAbsent, type JsonRecord, readJsonRecords } from './records.ts';

/**
 * `{"query", "documents": [{"url", "title", "label"?}]}` on each line (cMedIR), labels "0", "1", … as strings
 * or numbers; a record whose documents all lack one has no gold. A record is kept as it is: several may share a query.
 */
export const queryDocumentsJsonl: Format = {
  families: ['ranking'],
  shape: {
    en: '{"query": "…", "documents": [{"title": "…", "label": "0"}]} on each line',
    zh: '每行 {"query": "…", "documents": [{"title": "…", "label": "0"}]}',
  },
  async *read(path) {
    for await (const records of readJsonRecords(path))
      yield records.map((record) => readRecord(record, path));
  },
};

function readRecord({ value, line }: JsonRecord, file: string): SourceRecord {
  const documents = expectArray(value.documents, { file, line, field: 'documents' }).map(
    (item, i): PlainRecord => expectObject(item, { file, line, field: `documents[${i}]` }),
  );
  const labels = documents.map(({ label }) => label);
  return {
    value: {
      id: value.id,
      query: value.query,
      documents: documents.map(({ title, url }) => (typeof url === 'string' ? { title, url } : { title })),
      relevance: labels.length > 0 && labels.every(isAbsent) ? undefined : labels,
    },
    line,
    origin: (field) => ({
      field: field.replace(/^relevance(\[\d+\])?$/, (_, i) => `documents${i ?? ''}.label`),
    }),
  };
}
