import { labelOf, readColumns } from './columns.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';

const EMPTY: readonly RecordNotice[] = [
  { code: 'empty-text', message: { en: 'The text is empty', zh: '文本为空' } },
];

/**
 * `label<TAB>text`, one example per line (cMedIC, cMedTC); `text` alone has no gold. The text is kept to the letter:
 * blanks at its ends, HTML entities and quotes included; only the line end (`\n` or `\r\n`) is not part of it.
 */
export const textTsv: Format = {
  families: ['classification'],
  shape: { en: 'label<TAB>text on each line', zh: '每行 label<TAB>text' },
  async *read(path, { labels }) {
    for await (const rows of readColumns(path, ['text'], labels)) {
      yield rows.map((row): SourceRecord => {
        const text = row.cells[row.first];
        const notices = text === '' ? EMPTY : undefined;
        return { value: { text, label: labelOf(row) }, line: row.line, notices };
      });
    }
  },
};
