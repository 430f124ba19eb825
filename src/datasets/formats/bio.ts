import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import { decodeTagged } from '../../metrics/bio.ts';
import type { Example } from '../../tasks/examples.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import { createLabelCheck } from './records.ts';

const TAG = /^([BI])[_-](.+)$/s;

/**
 * `字 TAG` a line, a blank line between documents (the `.txt` files of cEHRNER and cMedQANER). The tag is
 * what follows the last blank or tab, so the character itself may be a blank, full-width or not; the text
 * is the characters joined. Tags are `O`, `B_type`, `I_type` (`B-type` is read too): `B_` begins an
 * entity, `I_` of the same type continues it, and an `I_` with nothing to continue begins one (conlleval's
 * rule) with the notice `bio-orphan`. A document has the number of its record in the JSON file as id.
 */
export const readBio: FormatReader = async ({ path: file, name }, task): Promise<Reading<'ner'>> => {
  const check = createLabelCheck(task);
  const examples: Example<'ner'>[] = [];
  const notices: Notice[] = [];
  let pieces: string[] = [];
  let tags: string[] = [];
  const finish = () => {
    if (pieces.length === 0) return;
    const entities = decodeTagged(pieces, tags, 'chineseblue');
    examples.push({ id: String(examples.length), input: { text: pieces.join('') }, gold: { entities } });
    pieces = [];
    tags = [];
  };
  for await (const lines of readLineBatches(file)) {
    for (const { text: row, number: line } of lines) {
      if (row === '') {
        finish();
        continue;
      }
      const id = String(examples.length);
      const cut = Math.max(row.lastIndexOf(' '), row.lastIndexOf('\t'));
      const tag = row.slice(cut + 1);
      const [, kind, type] = TAG.exec(tag) ?? [];
      if (cut < 1 || (kind === undefined && tag !== 'O')) {
        const found = JSON.stringify(row.slice(0, 40));
        throw new UserError('bad-bio', `Expected a character, a blank and a tag, found ${found}`, {
          file,
          line,
          id,
          field: cut < 1 ? 'character' : 'tag',
          hint: 'Write e.g. `头 B_body`, with tags O, B_type and I_type, and an empty line between documents.',
        });
      }
      if (kind !== undefined) check(type, { file, line, id, field: 'tag' });
      const before = tags.at(-1) ?? 'O';
      if (kind === 'I' && before.slice(2) !== type) {
        notices.push({ code: 'bio-orphan', message: `${tag} follows ${before}`, file: name, line, id });
      }
      pieces.push(row.slice(0, cut));
      tags.push(tag);
    }
  }
  finish();
  return { examples, notices };
};
