import { UserError } from '../../ground/errors.ts';
import { readLineBatches } from '../../ground/files.ts';
import type { Entity, Example } from '../../tasks/examples.ts';
import type { FormatReader, Notice, Reading } from './format.ts';
import { createLabelCheck } from './records.ts';

const TAG = /^(?:O|([BI])[_-](.+))$/s;

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
  let text = '';
  let entities: Entity[] = [];
  let open: { start: number; type: string } | undefined;
  const close = () => {
    if (open) entities.push({ start: open.start, end: text.length, type: open.type });
    open = undefined;
  };
  const finish = () => {
    if (text === '') return;
    close();
    examples.push({ id: String(examples.length), input: { text }, gold: { entities } });
    text = '';
    entities = [];
  };
  for await (const lines of readLineBatches(file)) {
    for (const { text: row, number: line } of lines) {
      if (row === '') {
        finish();
        continue;
      }
      const id = String(examples.length);
      const cut = Math.max(row.lastIndexOf(' '), row.lastIndexOf('\t'));
      const tag = TAG.exec(row.slice(cut + 1));
      if (cut < 1 || !tag) {
        throw new UserError(
          'bad-bio',
          `Expected a character, a blank and a tag, found ${JSON.stringify(row.slice(0, 40))}`,
          {
            file,
            line,
            id,
            field: cut < 1 ? 'character' : 'tag',
            hint: 'Write e.g. `头 B_body`, with tags O, B_type and I_type, and an empty line between documents.',
          },
        );
      }
      const [, kind, type] = tag;
      if (kind === 'B') {
        close();
        open = { start: text.length, type: check(type, { file, line, id, field: 'tag' }) };
      } else if (kind === undefined) {
        close();
      } else if (open?.type !== type) {
        const message = open ? `I_${type} follows ${open.type}` : `I_${type} follows O`;
        notices.push({ code: 'bio-orphan', message, file: name, line, id });
        close();
        open = { start: text.length, type: check(type, { file, line, id, field: 'tag' }) };
      }
      text += row.slice(0, cut);
    }
  }
  finish();
  return { examples, notices };
};
