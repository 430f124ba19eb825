import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';

/** A line of a tab-separated file. */
export interface Columns {
  readonly cells: readonly string[];
  /** 1-based. */
  readonly line: number;
}

/**
 * Streams the lines of a tab-separated file with exactly `names.length` columns; nothing is trimmed,
 * wholly empty lines are no records. Throws a UserError (`wrong-columns`) naming the line.
 */
export async function* readColumns(file: string, names: readonly string[]): AsyncGenerator<Columns> {
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines) {
      if (text === '') continue;
      const cells = text.split('\t');
      if (cells.length !== names.length) {
        throw new UserError(
          'wrong-columns',
          `Expected ${names.length} columns (${names.join(', ')}), found ${cells.length}`,
          {
            file,
            line: number,
            field: names[Math.min(cells.length, names.length - 1)],
            hint: `Write ${names.join('<TAB>')} a line, with no tab inside a text.`,
          },
        );
      }
      yield { cells, line: number };
    }
  }
}
