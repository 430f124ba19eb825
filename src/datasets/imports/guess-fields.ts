import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Fields } from './raw.ts';

/** With fewer records, the content of columns is inconclusive. */
const LEAST_RECORDS = 6;
/** Share of the records in which a column must be filled, and in which a text must look like one. */
const MOSTLY = 0.8;
/** Minimum average number of characters of a text, and maximum of a class. */
const TEXT_LENGTH = 6;
const LABEL_LENGTH = 12;
/** Different classes at most, and records of each at least, on average. */
const MOST_LABELS = 30;
const LABEL_RECORDS = 3;

/** A Chinese character, or two words: no code, date or number. */
const WORDED = /\p{Script=Han}|\p{L}{2,} \p{L}{2,}/u;

/** Endings that tell the two texts of a pair apart. */
const TWINS: readonly (readonly [string, string])[] = ['12', 'ab', 'AB', '一二', '甲乙'].map((two) => [
  two[0],
  two[1],
]);

/**
 * Which field is the text, or which two are a pair, and which the class unless that is known, by what stands in the first
 * records, where names do not say it: the only column of words that hardly repeat, and the only one of a few short values.
 * Undefined if that is not plain. `known`: fields whose role is known.
 */
export function guessFields(records: readonly PlainRecord[], known: Fields): Fields | undefined {
  if (records.length < LEAST_RECORDS) return undefined;
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const columns = names
    .filter((name) => !Object.values(known).includes(name))
    .map((name) => describe(name, records))
    .filter(({ filled }) => filled >= MOSTLY * records.length);
  const texts = textsAmong(columns);
  if (!texts || known.label !== undefined || known.labels !== undefined) return texts;
  const labels = columns.filter((column) => !Object.values(texts).includes(column.name) && isClass(column));
  return labels.length === 1 ? { ...texts, label: labels[0].name } : undefined;
}

interface Column {
  readonly name: string;
  readonly filled: number;
  readonly different: number;
  readonly worded: number;
  readonly length: number;
}

/** Numbers are classes too; lists and objects are not. */
function describe(name: string, records: readonly PlainRecord[]): Column {
  const cells = records
    .map((record) => record[name])
    .filter((cell) => typeof cell === 'string' || typeof cell === 'number')
    .map((cell) => String(cell).trim())
    .filter((cell) => cell !== '');
  return {
    name,
    filled: cells.length,
    different: new Set(cells).size,
    worded: cells.filter((cell) => WORDED.test(cell)).length,
    length: cells.reduce((sum, cell) => sum + cell.length, 0) / cells.length,
  };
}

const isWorded = ({ filled, worded }: Column): boolean => worded >= MOSTLY * filled;

const isText = (column: Column): boolean =>
  isWorded(column) && column.length >= TEXT_LENGTH && column.different >= column.filled / 2;

const isClass = ({ filled, different, length }: Column): boolean =>
  different > 1 && different <= Math.min(MOST_LABELS, filled / LABEL_RECORDS) && length <= LABEL_LENGTH;

/** The two columns of words whose names differ in their ending alone, or else the only text. */
function textsAmong(columns: readonly Column[]): Fields | undefined {
  const worded = columns.filter(isWorded);
  for (const { name } of worded)
    for (const [one, other] of TWINS) {
      const twin = name.endsWith(one) ? name.slice(0, -1) + other : undefined;
      if (worded.some((column) => column.name === twin)) return { text1: name, text2: twin };
    }
  const texts = columns.filter(isText);
  return texts.length === 1 ? { text: texts[0].name } : undefined;
}
