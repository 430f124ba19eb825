import { join } from 'node:path';
import type { ExportFormat, ExportRecord } from '../export-format.ts';
import {
  blankInLabel,
  firstOf,
  halfCharacter,
  lineBreak,
  overlap,
  plainText,
  severalParts,
  unreadable,
} from '../obstacles.ts';
import { writeLines } from '../write-lines.ts';

/** A character, a tab and its BIO tag on each line, an empty line after each text. */
export const conll: ExportFormat = {
  title: { en: 'CoNLL columns (BIO)', zh: 'CoNLL 列格式（BIO）' },
  families: ['ner'],
  loses: () => ['ids', 'groups'],
  holdsUnlabelled: false,
  obstacle: firstOf(unreadable, severalParts, overlap, lineBreak, blankInLabel, halfCharacter, plainText),
  write: ({ name, folder, records }) =>
    writeLines(join(folder, `${name}.conll`), records(), linesOf, { before: '-DOCSTART-\tO\n' }),
};

function linesOf({ texts: [text], gold }: ExportRecord): string {
  const spans = [...(gold?.spans ?? [])].sort((a, b) => a.start - b.start);
  let [unit, next, lines] = [0, 0, ''];
  for (const character of text) {
    while (next < spans.length && spans[next].end <= unit) next++;
    const span = spans[next];
    const tag = !span || unit < span.start ? 'O' : `${unit === span.start ? 'B' : 'I'}-${span.type}`;
    lines += `${character}\t${tag}\n`;
    unit += character.length;
  }
  return lines;
}
