import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readCsvRows } from '../../ground/csv-rows.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, type Line, readLineBatches, STANDARD } from '../../ground/files.ts';
import { readJsonValues } from '../../ground/json-values.ts';
import { listed } from '../../ground/language.ts';
import { EXTENSIONS, shapeOf } from './shape.ts';

/** Text that belongs together, as found: paragraphs, fields of a record, turns of a dialogue. */
export interface RawDocument {
  readonly file: string;
  /** 1-based; absent if the source has no lines. */
  readonly line?: number;
  readonly parts: readonly string[];
}

/** Lines after which a document is passed on before its end. */
const MAX_PARTS = 10_000;
const HAN = /\p{Script=Han}/u;

/**
 * The files under the given paths: files themselves, also `-` (standard input); directories searched for the known
 * extensions, in order of their names. Throws a UserError for a missing path.
 */
export async function listInputs(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if (path !== STANDARD && (await stat(path)).isDirectory()) {
        const names = await readdir(path, { recursive: true });
        const known = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()));
        for (const name of known.sort()) files.push(join(path, name));
        continue;
      }
    } catch (error) {
      throw explainFileError(error, path);
    }
    files.push(path);
  }
  return [...new Set(files)];
}

/**
 * Streams the documents of one file; `shapeOf` detects their format. `fields` names the columns or keys with text; without it
 * every string counts. A CSV row and a JSON value are one document each; in plain text blank lines separate documents,
 * or, where the first block of lines has none, every line is one.
 * Throws a UserError (`bad-json`, `csv-column`, `csv-quote`, `not-utf8`, `corpus-format`).
 */
export async function* readDocuments(
  file: string,
  fields: readonly string[] = [],
): AsyncGenerator<RawDocument> {
  const shape = await shapeOf(file);
  if (shape === 'csv' || shape === 'tsv') yield* csvDocuments(file, shape === 'tsv' ? '\t' : ',', fields);
  else if (shape === 'json-lines') yield* lineValues(file, fields);
  else if (shape === 'json') {
    for await (const { text, line } of readJsonValues(file)) yield jsonDocument(text, file, line, fields);
  } else yield* textDocuments(file);
}

async function* lineValues(file: string, fields: readonly string[]): AsyncGenerator<RawDocument> {
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines)
      if (text.trim() !== '') yield jsonDocument(text, file, number, fields);
  }
}

function jsonDocument(text: string, file: string, line: number, fields: readonly string[]): RawDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'bad-json',
      { en: `Invalid JSON: ${reason}`, zh: `JSON 无效：${reason}` },
      {
        file,
        line,
        hint: {
          en: 'The file may be truncated: fetch or export it again.',
          zh: '文件可能不完整，请重新下载或导出。',
        },
      },
    );
  }
  return { file, line, parts: strings(value, fields, fields.length === 0) };
}

/** The strings of a JSON value in order, however deeply it is nested; all of them below a named key. */
function strings(value: unknown, fields: readonly string[], all: boolean): string[] {
  const found: string[] = [];
  const waiting: [value: unknown, wanted: boolean][] = [[value, all]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, wanted] = next;
    if (typeof one === 'string') {
      if (wanted) found.push(one);
    } else if (typeof one === 'object' && one !== null) {
      const isList = Array.isArray(one);
      for (const [key, item] of Object.entries(one).reverse())
        waiting.push([item, wanted || (!isList && fields.includes(key))]);
    }
  }
  return found;
}

/** Row 1 is a header where it names the wanted fields or contains no Chinese character. */
async function* csvDocuments(
  file: string,
  separator: string,
  fields: readonly string[],
): AsyncGenerator<RawDocument> {
  let columns: number[] | undefined;
  let first = true;
  for await (const { cells, line } of readCsvRows(file, separator)) {
    if (first) {
      first = false;
      if (fields.length > 0) {
        columns = fields.map((field) => cells.indexOf(field));
        const missing = fields.find((_, i) => columns![i] < 0);
        if (missing !== undefined) {
          throw missingColumn(missing, cells, { file, line });
        }
        continue;
      }
      if (!cells.some((cell) => HAN.test(cell))) continue;
    }
    yield { file, line, parts: columns ? columns.map((column) => cells[column] ?? '') : cells };
  }
}

/** Characters of a list of columns that a message shows. */
const MOST_SHOWN = 200;

function missingColumn(
  column: string,
  columns: readonly string[],
  place: { readonly file: string; readonly line: number },
): UserError {
  const shown = listed(columns);
  return new UserError(
    'csv-column',
    { en: `There is no column "${column}"`, zh: `没有“${column}”列` },
    {
      ...place,
      field: column,
      hint: {
        en: `The columns are ${shown.en.slice(0, MOST_SHOWN)}.`,
        zh: `现有列：${shown.zh.slice(0, MOST_SHOWN)}。`,
      },
    },
  );
}

async function* textDocuments(file: string): AsyncGenerator<RawDocument> {
  let everyLine: boolean | undefined;
  let parts: string[] = [];
  let line = 1;
  for await (const lines of readLineBatches(file)) {
    everyLine ??= !hasGap(lines);
    for (const { text, number } of lines) {
      const blank = text.trim() === '';
      if ((blank || everyLine) && parts.length > 0) {
        yield { file, line, parts };
        parts = [];
      }
      if (blank) continue;
      if (parts.length === 0) line = number;
      parts.push(text);
    }
    // An endless document is passed on in pieces, so that memory stays bounded.
    if (parts.length > MAX_PARTS) {
      yield { file, line, parts };
      parts = [];
    }
  }
  if (parts.length > 0) yield { file, line, parts };
}

/** Whether there is a blank line between lines with text. */
function hasGap(lines: readonly Line[]): boolean {
  const from = lines.findIndex(({ text }) => text.trim() !== '');
  const to = lines.findLastIndex(({ text }) => text.trim() !== '');
  return lines.slice(from < 0 ? 0 : from, to + 1).some(({ text }) => text.trim() === '');
}
