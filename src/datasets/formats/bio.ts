import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import { decodeTagged } from '../../metrics/bio.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';
import { type ColumnTag, createTagReader, toBio } from './tags.ts';

const SHOWN = 40;

/** The marker of a new document in CoNLL-2003; not text. */
const DOCUMENT_START = '-DOCSTART-';

/** The lines of one document. */
interface Tagged {
  readonly pieces: string[];
  readonly tags: ColumnTag[];
  readonly lines: number[];
}

const nothing = (): Tagged => ({ pieces: [], tags: [], lines: [] });

/**
 * A character and its tag on each line, an empty line between documents (the `.txt` files of cEHRNER and cMedQANER). The
 * tag is what follows the last blank or tab, so the character itself may be a blank, full-width or not; the text
 * is the characters joined. Further columns between the two (CoNLL-2003: word, part of speech, chunk, tag) are left
 * out, and `-DOCSTART-` ends a document; every line has as many columns as the first.
 *
 * Tags are `O`, `B_type`, `I_type` or `B-type`, `I-type`; the letters of BIOES, BMES and BILOU and letters after the
 * type (`type-B`) are detected, and the notice `tag-scheme` records any but BIO before the type. `B` begins an entity,
 * `I` of the same type continues it, and an `I` with nothing to continue begins one (conlleval's rule) with the notice
 * `bio-orphan`. Every character has a tag: a file without gold is not BIO.
 */
export const bio: Format = {
  families: ['ner'],
  shape: {
    en: 'a character, a space and its tag (O, B_type, I_type) on each line',
    zh: '每行一个字、一个空格及其标签（O、B_type、I_type）',
  },
  async *read(file, { notice }) {
    const rows = createRowReader(file);
    let document = nothing();
    let documents = 0;
    for await (const lines of readLineBatches(file)) {
      const records: SourceRecord[] = [];
      for (const { text, number } of lines) {
        const row = text === '' ? undefined : rows.read(text, number);
        if (row) add(document, row, number);
        else if (document.pieces.length > 0) {
          records.push(finish(document, documents));
          document = nothing();
        }
        if (text !== '' && !row) documents++;
      }
      yield records;
    }
    if (document.pieces.length > 0) yield [finish(document, documents)];
    const form = rows.describe();
    if (form) notice({ code: 'tag-scheme', message: form });
  },
};

interface Row {
  readonly piece: string;
  readonly tag: ColumnTag;
}

/** Reads the lines of one file, which must all be of one form. */
function createRowReader(file: string) {
  const tags = createTagReader();
  let columns = 0;
  return {
    /** Undefined for the start of a document. Throws a UserError (`bad-bio`). */
    read(row: string, line: number): Row | undefined {
      const cut = Math.max(row.lastIndexOf(' '), row.lastIndexOf('\t'));
      if (cut < 1) throw badLine(row, line, 'character', file);
      const { piece, others } = firstColumn(row.slice(0, cut), row[cut]);
      if (piece === DOCUMENT_START) return undefined;
      const found = others + 2;
      if (columns === 0) columns = found;
      if (found !== columns) throw otherColumns(columns, found, line, file);
      const tag = tags.read(row.slice(cut + 1));
      if (tag === undefined) throw badLine(row, line, 'tag', file);
      return { piece, tag };
    },
    /** Differences from the files of this benchmark. */
    describe(): Text | undefined {
      const { scheme, side } = tags;
      if (scheme === 'BIO' && side === 'prefix' && columns <= 2) return undefined;
      const after = side === 'suffix';
      return {
        en: `${scheme} tags${after ? ' with the letter after the type' : ''} in the last of ${columns} columns`,
        zh: `共 ${columns} 列，末列为 ${scheme} 标签${after ? '（字母在类型之后）' : ''}`,
      };
    },
  };
}

/** The first column of what stands before the tag, which may itself be a blank, and how many follow it. */
function firstColumn(head: string, separator: string): { readonly piece: string; readonly others: number } {
  if (head.trim() === '' || !head.includes(separator)) return { piece: head, others: 0 };
  const isBlank = head[0] === separator;
  const cells = head.split(separator).filter((cell) => cell !== '');
  return isBlank ? { piece: separator, others: cells.length } : { piece: cells[0], others: cells.length - 1 };
}

function add({ pieces, tags, lines }: Tagged, { piece, tag }: Row, line: number): void {
  pieces.push(piece);
  tags.push(tag);
  lines.push(line);
}

function finish({ pieces, tags, lines }: Tagged, documents: number): SourceRecord {
  const { bio: plain, orphans } = toBio(tags);
  const entities = decodeTagged(pieces, plain, 'chineseblue');
  const lineOf = (offset: number): number => {
    let [at, end] = [0, pieces[0].length];
    while (end <= offset) end += pieces[++at].length;
    return lines[at];
  };
  return {
    value: { text: pieces.join(''), entities },
    line: lines[0],
    ...(documents > 0 && { document: documents }),
    notices: orphans.map((at) => noticeOrphan(tags[at], tags[at - 1], lines[at])),
    origin: (field) => {
      const entity = /^entities\[(\d+)\]/.exec(field)?.[1];
      return entity === undefined
        ? { field }
        : { field: 'tag', line: lineOf(entities[Number(entity)].start) };
    },
  };
}

const nameOf = (tag: ColumnTag | undefined): string =>
  tag === undefined || tag.role === 'outside' ? 'O' : `${tag.letter}_${tag.type}`;

const noticeOrphan = (tag: ColumnTag, before: ColumnTag | undefined, line: number): RecordNotice => ({
  code: 'bio-orphan',
  message: {
    en: `${nameOf(tag)} follows ${nameOf(before)}`,
    zh: `${nameOf(tag)} 出现在 ${nameOf(before)} 之后`,
  },
  line,
});

function otherColumns(expected: number, found: number, line: number, file: string): UserError {
  return new UserError(
    'bad-bio',
    {
      en: `Expected ${counted(expected, 'column')} as on the first line, found ${found}`,
      zh: `应与首行同为 ${expected} 列，实际为 ${found} 列`,
    },
    {
      file,
      line,
      hint: {
        en: 'Write the same columns on every line: the character first, its tag last.',
        zh: '每行的列须一致：首列为字，末列为标签。',
      },
    },
  );
}

function badLine(row: string, line: number, field: 'character' | 'tag', file: string): UserError {
  const found = JSON.stringify(row.slice(0, SHOWN));
  return new UserError(
    'bad-bio',
    { en: `Expected a character, a space and a tag, found ${found}`, zh: `应为“字 标签”，实际为 ${found}` },
    {
      file,
      line,
      field,
      hint: {
        en: 'Write e.g. `头 B_body`, with tags O, B_type and I_type (or BIOES, BILOU, type-B; one of them throughout), and an empty line between documents.',
        zh: '例如 `头 B_body`；标签为 O、B_type、I_type（或 BIOES、BILOU、type-B，全文一致），文档之间空一行。',
      },
    },
  );
}
