import { largest } from '../ground/largest.ts';
import { displayWidth, pad, unbreakableWidth, wrap } from './width.ts';

/** A column of a table; a plain string is a heading alone. */
export interface Column {
  readonly head: string;
  /** Where the terminal is narrow, columns of the highest rank are left out first; without one they always stay. */
  readonly dropRank?: number;
  /** Cells are names to be copied: never wrapped. */
  readonly whole?: boolean;
}

export type Heading = Column | string;

export interface Drawn {
  readonly lines: readonly string[];
  /** Headings of the columns that did not fit. */
  readonly dropped: readonly string[];
}

const GAP = '  ';
/** Rather than narrower than this, a column of long words makes a droppable column be left out. */
const COMFORTABLE = 20;

/** A number, with or without unit and decoration, or none: such columns are aligned to the right. */
const NUMERIC = /^(|[–∞]|[-+±]?\d[\d,. ]*(?:%|\*| ?s| ?ms)?)$/;

const isNumber = (part: string): boolean => /\d/.test(part) && !/\p{L}/u.test(part);

interface Measured extends Column {
  readonly cells: readonly string[];
  readonly align: 'left' | 'right';
  /** Without any break. */
  readonly natural: number;
  /** Broken wherever it may be. */
  readonly least: number;
  /** Words broken too, numbers whole. */
  readonly broken: number;
}

function measure(heading: Heading, cells: readonly string[]): Measured {
  const column = typeof heading === 'string' ? { head: heading } : heading;
  const all = [column.head, ...cells];
  const natural = largest(
    all.flatMap((cell) => cell.split('\n').map(displayWidth)),
    1,
  );
  const numeric = cells.every((cell) => NUMERIC.test(cell));
  return {
    ...column,
    cells,
    align: numeric && cells.some((cell) => cell !== '') ? 'right' : 'left',
    natural,
    least: column.whole
      ? natural
      : largest(
          all.map((cell) => unbreakableWidth(cell)),
          1,
        ),
    broken: column.whole
      ? natural
      : largest(
          cells.map((cell) => unbreakableWidth(cell, isNumber)),
          2,
        ),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** A column that shows nothing, and that may be left out or has no heading. */
const isIdle = ({ head, dropRank, cells }: Measured): boolean =>
  (head === '' || dropRank !== undefined) && cells.length > 0 && cells.every((cell) => cell === '');

/**
 * A table as lines of text, none wider than `width` columns (undefined: no limit): columns with a rank are left
 * out, where they do not fit or are empty, the others wrapped, at blanks, slashes and between Chinese characters. Numbers are
 * never broken.
 */
export function drawTable(
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): Drawn {
  let columns = headings
    .map((heading, i) =>
      measure(
        heading,
        rows.map((row) => row[i] ?? ''),
      ),
    )
    .filter((column) => !isIdle(column));
  const dropped: string[] = [];
  const room = (): number => (width ?? Number.POSITIVE_INFINITY) - GAP.length * (columns.length - 1);
  const needed = (): number =>
    sum(columns.map(({ natural, least }) => Math.min(natural, Math.max(least, COMFORTABLE))));
  while (needed() > room()) {
    const rank = Math.max(...columns.map(({ dropRank = 0 }) => dropRank));
    if (rank <= 0) break;
    const last = columns.findLastIndex(({ dropRank = 0 }) => dropRank === rank);
    dropped.push(columns[last].head);
    columns = columns.filter((_, i) => i !== last);
  }
  return { lines: layOut(columns, shareOut(columns, room()), rows.length), dropped };
}

/** The widths of the columns: the widest are narrowed first, words are broken only where nothing else helps. */
function shareOut(columns: readonly Measured[], room: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  const narrow = (floors: readonly number[]): void => {
    while (sum(widths) > room) {
      const widest = Math.max(0, ...widths.filter((width, i) => width > floors[i]));
      const at = widths.findIndex((width, i) => width === widest && width > floors[i]);
      if (at < 0) return;
      widths[at]--;
    }
  };
  narrow(columns.map(({ least }) => least));
  narrow(columns.map(({ broken }) => broken));
  return widths;
}

function layOut(columns: readonly Measured[], widths: readonly number[], rows: number): string[] {
  const record = (cells: readonly string[]): string[] => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i]));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((lines, i) => pad(lines[line] ?? '', widths[i], columns[i].align))
        .join(GAP)
        .trimEnd(),
    );
  };
  const body = Array.from({ length: rows }, (_, row) => record(columns.map(({ cells }) => cells[row])));
  // A row ends where the first column begins again, unless that is wrapped itself.
  const airy = columns[0].natural > widths[0];
  return [
    ...record(columns.map(({ head }) => head)),
    widths.map((width) => '─'.repeat(width)).join(GAP),
    ...body.flatMap((lines, row) => (airy && row > 0 ? ['', ...lines] : lines)),
  ];
}
