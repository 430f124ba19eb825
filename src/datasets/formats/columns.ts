import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';

/** A line of a tab-separated file. */
export interface Columns {
  /** The label, where there is one, and the texts. */
  readonly cells: readonly string[];
  /** Number of the first text: 1 after a label, else 0. */
  readonly first: 0 | 1;
  /** 1-based. */
  readonly line: number;
}

/** The label of a line; undefined where it has none. */
export const labelOf = ({ cells, first }: Columns): string | undefined =>
  first === 0 ? undefined : cells[0];

/**
 * Streams the lines of a tab-separated file `label<TAB>text…`, or `text…` alone: a line without its first column has no
 * gold. A line with one column too few that begins with a known label lacks a text instead. Nothing is trimmed, and
 * empty lines are no records. Throws a UserError (`wrong-columns`) naming the line.
 */
export async function* readColumns(
  file: string,
  texts: readonly string[],
  labels: ReadonlySet<string>,
): AsyncGenerator<Columns[]> {
  for await (const lines of readLineBatches(file)) {
    const rows: Columns[] = [];
    for (const { text, number } of lines) {
      if (text === '') continue;
      const cells = text.split('\t');
      if (cells.length === texts.length + 1) rows.push({ cells, first: 1, line: number });
      else if (cells.length === texts.length && !labels.has(cells[0]))
        rows.push({ cells, first: 0, line: number });
      else throw wrongColumns(file, number, ['label', ...texts], cells.length);
    }
    yield rows;
  }
}

function wrongColumns(file: string, line: number, names: readonly string[], found: number): UserError {
  const pattern = names.join('<TAB>');
  return new UserError(
    'wrong-columns',
    {
      en: `Expected ${names.length} columns (${names.join(', ')}), found ${found}`,
      zh: `应为 ${names.length} 列（${names.join('、')}），实际为 ${found} 列`,
    },
    {
      file,
      line,
      field: names[Math.min(found, names.length - 1)],
      hint: {
        en: `Write ${pattern} on each line, with no tab inside a text; leave out the label on every line where there is no gold.`,
        zh: `每行写 ${pattern}，文本内不能有制表符；没有金标时，所有行都省略标签列。`,
      },
    },
  );
}
