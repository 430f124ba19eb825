import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import { decodeTagged } from '../../metrics/bio.ts';
import type { Format, RecordNotice, SourceRecord } from './format.ts';

const TAG = /^([BI])[_-](.+)$/s;
const SHOWN = 40;

/** The lines of one document. */
interface Tagged {
  readonly pieces: string[];
  readonly tags: string[];
  readonly lines: number[];
  readonly notices: RecordNotice[];
}

const nothing = (): Tagged => ({ pieces: [], tags: [], lines: [], notices: [] });

/**
 * A character and its tag on each line, an empty line between documents (the `.txt` files of cEHRNER and cMedQANER). The
 * tag is what follows the last blank or tab, so the character itself may be a blank, full-width or not; the text
 * is the characters joined. Tags are `O`, `B_type`, `I_type` (`B-type` is read too): `B_` begins an
 * entity, `I_` of the same type continues it, and an `I_` with nothing to continue begins one (conlleval's
 * rule) with the notice `bio-orphan`. Every character has a tag: a file without gold is not BIO.
 */
export const bio: Format = {
  families: ['ner'],
  shape: {
    en: 'a character, a blank and its tag (O, B_type, I_type) on each line',
    zh: '每行一个字、一个空格及其标签（O、B_type、I_type）',
  },
  async *read(file) {
    let document = nothing();
    for await (const lines of readLineBatches(file)) {
      const records: SourceRecord[] = [];
      for (const { text, number } of lines) {
        if (text !== '') readLine(document, text, number, file);
        else if (document.pieces.length > 0) {
          records.push(finish(document));
          document = nothing();
        }
      }
      yield records;
    }
    if (document.pieces.length > 0) yield [finish(document)];
  },
};

function readLine({ pieces, tags, lines, notices }: Tagged, row: string, line: number, file: string): void {
  const cut = Math.max(row.lastIndexOf(' '), row.lastIndexOf('\t'));
  const tag = row.slice(cut + 1);
  const [, kind, type] = TAG.exec(tag) ?? [];
  if (cut < 1 || (kind === undefined && tag !== 'O')) throw badLine(row, line, cut < 1, file);
  const before = tags.at(-1) ?? 'O';
  if (kind === 'I' && before.slice(2) !== type) {
    const message = { en: `${tag} follows ${before}`, zh: `${tag} 出现在 ${before} 之后` };
    notices.push({ code: 'bio-orphan', message, line });
  }
  pieces.push(row.slice(0, cut));
  tags.push(tag);
  lines.push(line);
}

function finish({ pieces, tags, lines, notices }: Tagged): SourceRecord {
  const entities = decodeTagged(pieces, tags, 'chineseblue');
  const lineOf = (offset: number): number => {
    let [at, end] = [0, pieces[0].length];
    while (end <= offset) end += pieces[++at].length;
    return lines[at];
  };
  return {
    value: { text: pieces.join(''), entities },
    line: lines[0],
    notices,
    origin: (field) => {
      const entity = /^entities\[(\d+)\]/.exec(field)?.[1];
      return entity === undefined
        ? { field }
        : { field: 'tag', line: lineOf(entities[Number(entity)].start) };
    },
  };
}

function badLine(row: string, line: number, lacksCharacter: boolean, file: string): UserError {
  const found = JSON.stringify(row.slice(0, SHOWN));
  return new UserError(
    'bad-bio',
    { en: `Expected a character, a blank and a tag, found ${found}`, zh: `应为“字 标签”，实际为 ${found}` },
    {
      file,
      line,
      field: lacksCharacter ? 'character' : 'tag',
      hint: {
        en: 'Write e.g. `头 B_body`, with tags O, B_type and I_type, and an empty line between documents.',
        zh: '例如 `头 B_body`；标签为 O、B_type、I_type，文档之间空一行。',
      },
    },
  );
}
