import { UserError } from './errors.ts';
import { MAX_LINE_BYTES, readLineBatches } from './files.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** 1-based line on which the row starts. */
  readonly line: number;
}

/**
 * Streams the rows of a file of separated values by RFC 4180: fields in double quotes may contain the separator, line
 * breaks and doubled quotes. A quote inside an unquoted field is an ordinary character.
 * Throws a UserError (`csv-quote`) where a quoted field is not closed.
 */
export async function* readCsvRows(file: string, separator = ','): AsyncGenerator<CsvRow> {
  let cells: string[] = [];
  let open = '';
  let inQuotes = false;
  let rowLine = 1;
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines) {
      let at = 0;
      if (inQuotes) open += '\n';
      else {
        if (text === '') continue;
        cells = [];
        rowLine = number;
      }
      for (;;) {
        if (!inQuotes) {
          if (text[at] !== '"') {
            const end = text.indexOf(separator, at);
            cells.push(end < 0 ? text.slice(at) : text.slice(at, end));
            if (end < 0) break;
            at = end + 1;
            continue;
          }
          inQuotes = true;
          open = '';
          at++;
        }
        const quote = text.indexOf('"', at);
        if (quote < 0) {
          open += text.slice(at);
          break;
        }
        open += text.slice(at, quote);
        at = quote + 1;
        if (text[at] === '"') {
          open += '"';
          at++;
          continue;
        }
        inQuotes = false;
        const end = text.indexOf(separator, at);
        cells.push(open + (end < 0 ? text.slice(at) : text.slice(at, end)));
        open = '';
        if (end < 0) break;
        at = end + 1;
      }
      if (open.length > MAX_LINE_BYTES) throw unclosed(file, rowLine);
      if (!inQuotes) yield { cells, line: rowLine };
    }
  }
  if (inQuotes) throw unclosed(file, rowLine);
}

const unclosed = (file: string, line: number): UserError =>
  new UserError(
    'csv-quote',
    { en: 'A quoted field is not closed', zh: '带引号的字段未闭合' },
    {
      file,
      line,
      hint: {
        en: 'Double every quote inside a quoted field ("").',
        zh: '带引号的字段内，每个双引号须写成两个（""）。',
      },
    },
  );
