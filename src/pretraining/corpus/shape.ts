import { extname } from 'node:path';
import { foreignText } from '../../ground/encoding.ts';
import { UserError } from '../../ground/errors.ts';
import { readStart } from '../../ground/files.ts';

/** How the documents of a file are written. */
export type Shape = 'text' | 'json' | 'json-lines' | 'csv' | 'tsv';

/** Shapes by the endings of names: of files that are looked for in directories. */
const BY_NAME: Readonly<Record<string, Shape>> = {
  '.txt': 'text',
  '.jsonl': 'json-lines',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'tsv',
};
export const EXTENSIONS: readonly string[] = Object.keys(BY_NAME);

/** How much of a file is looked at. */
const HEAD_BYTES = 1 << 18;
/** Lines that a table must show, each with as many separators as the others. */
const MIN_ROWS = 2;
const HAN = /\p{Script=Han}/u;
/** How JSON begins; text that begins with a bracket (`[1] …`) does not go on so. */
const JSON_BEGINS = /^\s*(\{\s*("|\}|$)|\[\s*([[{"\]]|$))/;

/**
 * The shape of a file, from its first lines; its name decides only where they allow several readings. JSON is known by
 * how it begins. Elsewhere a table is known by tabs, the same number in every line, or by a first line without Chinese
 * and commas, the same number in every line.
 * Throws a UserError `corpus-format` for files that are not text.
 */
export async function shapeOf(file: string): Promise<Shape> {
  const head = await readStart(file, HEAD_BYTES);
  const foreign = foreignText(head, file) ?? binary(head, file);
  if (foreign) throw foreign;
  const lines = new TextDecoder().decode(head).split(/\r?\n/);
  // The last line may be cut off, unless it is the only one.
  if (head.length === HEAD_BYTES && lines.length > 1) lines.pop();
  const filled = lines.filter((line) => line.trim() !== '');
  const named = BY_NAME[extname(file).toLowerCase()];
  return filled.length === 0 ? (named ?? 'text') : shapeOfLines(filled, named);
}

const binary = (head: Buffer, file: string): UserError | undefined =>
  head.includes(0) || head.toString('latin1', 0, 5) === '%PDF-'
    ? new UserError(
        'corpus-format',
        { en: 'This file is not text', zh: '该文件不是文本' },
        {
          file,
          hint: {
            en: 'Supported: plain text, JSON, JSON Lines, CSV and TSV.',
            zh: '支持纯文本、JSON、JSON Lines、CSV 与 TSV。',
          },
        },
      )
    : undefined;

function shapeOfLines(lines: readonly string[], named: Shape | undefined): Shape {
  const [first] = lines;
  if (JSON_BEGINS.test(first)) return named === 'json-lines' && isJson(first) ? 'json-lines' : 'json';
  if (named === 'json' || named === 'json-lines') return named;
  if (named === 'csv' && !first.includes(',') && isTable(lines, '\t')) return 'tsv';
  if (named === 'tsv' && !first.includes('\t') && isTable(lines, ',')) return 'csv';
  if (named === 'csv' || named === 'tsv') return named;
  if (isTable(lines, '\t')) return 'tsv';
  return !HAN.test(first) && isTable(lines, ',') ? 'csv' : 'text';
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function isTable(lines: readonly string[], separator: string): boolean {
  const counts = lines.map((line) => line.split(separator).length - 1);
  return counts.length >= MIN_ROWS && counts[0] > 0 && counts.every((count) => count === counts[0]);
}
