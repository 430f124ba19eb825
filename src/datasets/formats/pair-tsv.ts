import { counted } from '../../ground/counted.ts';
import { labelOf, readColumns } from './columns.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';

const QUOTED = /^"((?:[^"]|"")*)"$/s;
const FIELDS: Readonly<Record<string, string>> = { textA: 'text a', textB: 'text b' };
const EMPTY: readonly RecordNotice[] = [
  { code: 'empty-text', message: { en: 'A text of the pair is empty', zh: '句对中有空文本' } },
];

/**
 * The text inside a field that is quoted by the rules of CSV (RFC 4180): quotes around the whole of it
 * and every quote inside doubled. Anything else is returned unchanged, so `"甲"和"乙"` keeps its quotes.
 */
export function unquote(field: string): string {
  const inside = field.length > 1 && field[0] === '"' ? QUOTED.exec(field)?.[1] : undefined;
  return inside === undefined ? field : inside.replaceAll('""', '"');
}

const origin = (field: string) => ({ field: FIELDS[field] ?? field });

/**
 * `label<TAB>text a<TAB>text b`, one pair per line (cMedQQ, cMedQA, cMedQNLI); two texts alone have no gold. Nothing is
 * trimmed; wholly quoted fields, as some of cMedQA's are, are unquoted and counted in one notice per file.
 */
export const pairTsv: Format = {
  families: ['similarity', 'inference'],
  shape: { en: 'label<TAB>text a<TAB>text b on each line', zh: '每行 label<TAB>text a<TAB>text b' },
  async *read(path, { labels, notice }) {
    let unquoted = 0;
    for await (const rows of readColumns(path, ['text a', 'text b'], labels)) {
      yield rows.map((row): SourceRecord => {
        const [a, b] = [row.cells[row.first], row.cells[row.first + 1]];
        const [textA, textB] = [unquote(a), unquote(b)];
        unquoted += Number(textA !== a) + Number(textB !== b);
        const notices = textA === '' || textB === '' ? EMPTY : undefined;
        return { value: { textA, textB, label: labelOf(row) }, line: row.line, origin, notices };
      });
    }
    if (unquoted === 0) return;
    const message = {
      en: `${counted(unquoted, 'field was wholly in double quotes and was unquoted', 'fields were wholly in double quotes and were unquoted')}`,
      zh: `${unquoted} 个字段整体带双引号，已去除`,
    };
    notice({ code: 'unquoted-fields', message, count: unquoted });
  },
};
