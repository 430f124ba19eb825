import type { Format, RecordNotice, SourceRecord } from './format.ts';
import { readJsonRecords } from './records.ts';

const TWICE: readonly RecordNotice[] = [
  { code: 'duplicate-label', message: { en: 'A label is given twice', zh: '标签重复' } },
];

const repeats = (labels: unknown): boolean => Array.isArray(labels) && new Set(labels).size < labels.length;

/** `{"id"?, "text", "labels"?: […]}` on each line: multilabel documents. A repeated label is noticed. */
export const labelsJsonl: Format = {
  families: ['multilabel'],
  shape: { en: '{"text": "…", "labels": ["…"]} on each line', zh: '每行 {"text": "…", "labels": ["…"]}' },
  async *read(path) {
    for await (const records of readJsonRecords(path)) {
      yield records.map(
        ({ value, line }): SourceRecord => ({
          value,
          line,
          notices: repeats(value.labels) ? TWICE : undefined,
        }),
      );
    }
  },
};
