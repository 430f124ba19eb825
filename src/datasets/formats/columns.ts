import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { type Line, readLineBatches } from '../../ground/files.ts';

/** A line of a tab-separated file. */
export interface Columns {
  /** The label, if any, and the texts. */
  readonly cells: readonly string[];
  /** Number of the first text: 1 after a label, else 0. */
  readonly first: 0 | 1;
  /** 1-based. */
  readonly line: number;
}

/** The label of a line; undefined if it has none. */
export const labelOf = ({ cells, first }: Columns): string | undefined =>
  first === 0 ? undefined : cells[0];

/**
 * Streams the lines of a tab-separated file `label<TAB>text…`, or `text…` alone: a line without its first column has no
 * gold. A line with one column too few that begins with a known label lacks a text instead. Nothing is trimmed, and
 * empty lines are no records. Throws a UserError naming the line: `wrong-columns`; where labels are known also
 * `header-row` and `swapped-columns`, which the first records show.
 */
export async function* readColumns(
  file: string,
  texts: readonly string[],
  labels: ReadonlySet<string>,
): AsyncGenerator<Columns[]> {
  let isFirst = true;
  for await (const lines of readLineBatches(file)) {
    const rows: Columns[] = [];
    if (isFirst) refuseOddFirst(file, lines, texts, labels);
    isFirst = false;
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

/** Usual names of columns in headers. */
const COLUMN_NAMES =
  /^(id|idx|index|label|labels|class|category|target|gold|intent|topic|score|text|sentence|query|question|answer|title|content|utterance|premise|hypothesis|标签|类别|分类|意图|文本|句子|问题|答案|回答|查询|标题|内容)[\s_-]?[12ab一二甲乙]?$/i;

/** Whether the cells of a record read like names of columns. */
export const isHeader = (cells: readonly string[]): boolean =>
  cells.every((cell) => COLUMN_NAMES.test(cell.trim()));

/** Refuses a header and columns in another order, where known labels distinguish them from records. */
function refuseOddFirst(
  file: string,
  lines: readonly Line[],
  texts: readonly string[],
  labels: ReadonlySet<string>,
): void {
  const [first, second] = lines.filter(({ text }) => text !== '').slice(0, 2);
  if (first === undefined || labels.size === 0) return;
  const cells = first.text.split('\t');
  if (labels.has(cells[0])) return;
  if (cells.length > 1 && isHeader(cells)) throw headerRow(file, first.number, cells);
  const at = cells.findIndex((cell, i) => i > 0 && labels.has(cell));
  const again = second === undefined || labels.has(second.text.split('\t')[at]);
  if (at > 0 && again && cells.length === texts.length + 1) throw swapped(file, first.number, texts, at);
}

const headerRow = (file: string, line: number, cells: readonly string[]): UserError =>
  new UserError(
    'header-row',
    {
      en: `The first line is a header: ${cells.join(', ')}`,
      zh: `首行是表头：${cells.join('、')}`,
    },
    { file, line, hint: { en: 'Remove the header.', zh: '请删除表头。' } },
  );

const swapped = (file: string, line: number, texts: readonly string[], at: number): UserError =>
  new UserError(
    'swapped-columns',
    {
      en: `The label is in column ${at + 1}, not in the first`,
      zh: `标签位于第 ${at + 1} 列，而不是首列`,
    },
    {
      file,
      line,
      field: 'label',
      hint: {
        en: `Write ${['label', ...texts].join('<TAB>')} on each line.`,
        zh: `每行写 ${['label', ...texts].join('<TAB>')}。`,
      },
    },
  );

function wrongColumns(file: string, line: number, names: readonly string[], found: number): UserError {
  const pattern = names.join('<TAB>');
  return new UserError(
    'wrong-columns',
    {
      en: `Expected ${counted(names.length, 'column')} (${names.join(', ')}), found ${found}`,
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
