import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../ground/errors.ts';
import { explainFileError, readLines } from '../../../ground/files.ts';
import { isSystemFile } from '../../system-files.ts';
import { type Encoding, withUtf8 } from '../encoding.ts';
import { type OffsetRule, placeSpan, textAt } from '../offsets.ts';
import type { RawRecord, RawRelation, RawSpan, ReadContext } from '../raw.ts';

/** brat counts code points, `end` exclusive. */
export const BRAT_OFFSETS: OffsetRule = { unit: 'code-point', end: 'exclusive' };

/** The documents of a brat folder: names of its `.ann` files without their ending, sorted. Empty for other folders. */
export async function bratDocuments(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    throw explainFileError(error, folder);
  });
  const known = new Set(names);
  return names
    .filter(
      (name) => name.endsWith('.ann') && !isSystemFile(name) && known.has(name.replace(/\.ann$/, '.txt')),
    )
    .map((name) => name.slice(0, -4))
    .sort();
}

/**
 * A brat folder: a text and its annotation file for each document. Text-bound annotations (`T`), discontinuous ones
 * with their parts, their attributes (`A`, `M`), and relations (`R`) are read; events, notes and the rest are counted and left out. Line
 * ends are part of the text, as brat counts them. Throws a UserError `bad-brat` that names the line.
 */
export async function* readBrat(
  folder: string,
  context: ReadContext,
  onEncoding: (encoding: Encoding) => void,
): AsyncGenerator<RawRecord> {
  for (const name of await bratDocuments(folder)) {
    const file = join(folder, `${name}.txt`);
    const text = await withUtf8(file, async (path, encoding) => {
      onEncoding(encoding);
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readFile(path));
    });
    const place = { file };
    if (text.trim() === '') {
      context.misfit({ code: 'no-text', ...place });
      continue;
    }
    const annotations = join(folder, `${name}.ann`);
    const read = await withUtf8(annotations, (path) => readAnnotations(path, annotations, context));
    const [own, shift] = withoutMark(text, read.spans);
    const spans = read.spans.map((span) => withBreaks(shifted(span, shift), own));
    yield { place: { file: annotations }, id: basename(name), texts: [own], ...read, spans };
  }
}

const MARK = '\ufeff';

/**
 * A text without a byte-order mark, and by how much its spans move: brat counts the mark as a character, what wrote the
 * annotations may not.
 */
function withoutMark(text: string, spans: readonly RawSpan[]): readonly [own: string, shift: number] {
  if (!text.startsWith(MARK)) return [text, 0];
  const own = text.slice(MARK.length);
  const readIn = (where: string): number =>
    spans.filter((span) => {
      const place = placeSpan(where, span, BRAT_OFFSETS);
      return place && span.mention !== undefined && inLine(textAt(where, place)) === span.mention;
    }).length;
  return [own, readIn(own) > readIn(text) ? 0 : MARK.length];
}

function shifted(span: RawSpan, by: number): RawSpan {
  if (by === 0) return span;
  const move = (at: number): number => Math.max(0, at - by);
  const fragments = span.fragments?.map(([from, to]) => [move(from), move(to)] as const);
  return { ...span, start: move(span.start), end: move(span.end), ...(fragments && { fragments }) };
}

/** Line ends and tabs of the text are blanks in a mention: they are restored from the text. */
function withBreaks(span: RawSpan, text: string): RawSpan {
  if (span.mention === undefined || !/[\n\r\t]/.test(text)) return span;
  const place = placeSpan(text, span, BRAT_OFFSETS);
  const found = place && textAt(text, place);
  return found !== undefined && inLine(found) === span.mention ? { ...span, mention: found } : span;
}

/** A mention as an annotation file has it: on one line, without tabs. */
export const inLine = (mention: string): string => mention.replace(/[\n\r\t]/g, ' ');

async function readAnnotations(path: string, file: string, context: ReadContext) {
  const spans: RawSpan[] = [];
  const relations: RawRelation[] = [];
  const attributes: Attribute[] = [];
  for await (const { text, number } of readLines(path)) {
    if (text.trim() === '') continue;
    const [key = '', body = '', mention] = text.split('\t');
    const place = { file, line: number };
    if (key.startsWith('T')) spans.push(readSpan(key, body, mention, place));
    else if (key.startsWith('R')) relations.push(readRelation(key, body, place));
    else if (/^[AM]/.test(key)) attributes.push(readAttribute(key, body, place));
    else context.misfit({ code: 'not-carried', ...place, field: key });
  }
  const keys = new Set(spans.map(({ key }) => key));
  for (const { of, field, line } of attributes)
    if (!keys.has(of)) context.misfit({ code: 'not-carried', file, line, field });
  const byKey = Map.groupBy(attributes, ({ of }) => of);
  return { spans: spans.map((span) => withAttributes(span, byKey.get(span.key ?? ''))), relations };
}

/** `Negation`, or `Confidence High`, of an annotation. */
interface Attribute {
  readonly of: string;
  readonly name: string;
  readonly value: string | true;
  readonly field: string;
  readonly line: number;
}

function readAttribute(key: string, body: string, place: LinePlace): Attribute {
  const [, name, of, value] = /^(\S+) (\S+)(?: (.+?))?\s*$/.exec(body) ?? [];
  if (name === undefined) throw badLine(`${key}\t${body}`, place, 'A1⇥name T1 value');
  return { of, name, value: value ?? true, field: key, line: place.line };
}

function withAttributes(span: RawSpan, own: readonly Attribute[] = []): RawSpan {
  if (own.length === 0) return span;
  return { ...span, attributes: Object.fromEntries(own.map(({ name, value }) => [name, value])) };
}

type LinePlace = { readonly file: string; readonly line: number };

function readSpan(key: string, body: string, mention: string | undefined, place: LinePlace): RawSpan {
  const [, type, offsets] = /^(\S+) (\d+ \d+(?:;\d+ \d+)*)$/.exec(body) ?? [];
  if (type === undefined) throw badLine(`${key}\t${body}`, place, 'T1⇥type 0 2⇥mention');
  const parts = offsets.split(';').map((part): readonly [number, number] => {
    const [start, end] = part.split(' ').map(Number);
    return [start, end];
  });
  return {
    ...{ start: parts[0][0], end: parts[parts.length - 1][1], type, key, field: key },
    ...(mention === undefined ? {} : { mention }),
    ...(parts.length > 1 ? { fragments: parts } : {}),
  };
}

function readRelation(key: string, body: string, place: LinePlace): RawRelation {
  const [, type, from, to] = /^(\S+) \S+?:(\S+) \S+?:(\S+)\s*$/.exec(body) ?? [];
  if (type === undefined) throw badLine(`${key}\t${body}`, place, 'R1⇥type Arg1:T1 Arg2:T2');
  return { type, from, to, field: key };
}

const badLine = (found: string, place: LinePlace, expected: string): UserError =>
  new UserError(
    'bad-brat',
    {
      en: `Expected ${expected}, found ${JSON.stringify(found.slice(0, 40))}`,
      zh: `应为 ${expected}，实际为 ${JSON.stringify(found.slice(0, 40))}`,
    },
    {
      ...place,
      hint: { en: 'Export the folder from brat again.', zh: '请从 brat 重新导出该目录。' },
    },
  );
