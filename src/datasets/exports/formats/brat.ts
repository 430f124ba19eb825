import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectory, explainFileError } from '../../../ground/files.ts';
import { pointsOfUnits } from '../../formats/code-points.ts';
import { inLine } from '../../imports/formats/brat.ts';
import { textAt } from '../../imports/offsets.ts';
import type { ExportFormat, ExportRecord } from '../export-format.ts';
import { blankInLabel, firstOf, halfCharacter, plainText, unreadable } from '../obstacles.ts';

/** A brat folder for each split: `.txt`, `.ann` and `annotation.conf`. Documents are named by ids that can be names of files. */
export const brat: ExportFormat = {
  title: { en: 'brat', zh: 'brat' },
  families: ['ner', 'relation'],
  loses: (records) => (canNameFiles(records) ? ['groups'] : ['ids', 'groups']),
  holdsUnlabelled: false,
  obstacle: firstOf(unreadable, blankInLabel, halfCharacter, plainText),
  async write({ name, folder, records }) {
    const place = join(folder, name);
    await createDirectory(place);
    const names = namesOf(records);
    for (const [i, record] of records.entries()) {
      await writeText(join(place, `${names[i]}.txt`), record.texts[0]);
      await writeText(join(place, `${names[i]}.ann`), annotationsOf(record));
    }
    await writeText(join(place, 'annotation.conf'), configurationOf(records));
  },
};

async function writeText(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error) => {
    throw explainFileError(error, file);
  });
}

const MOST_BYTES = 200;

/** Whether ids can name documents: for every file system, and each with a name of its own where letter case does not count. */
const canNameFiles = (records: readonly ExportRecord[]): boolean =>
  new Set(records.map(({ id }) => id.normalize('NFC').toLowerCase())).size === records.length &&
  records.every(
    ({ id }) =>
      /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u.test(id) && Buffer.byteLength(id) <= MOST_BYTES,
  );

/** Ids, or else numbers that sort as the records stand. */
function namesOf(records: readonly ExportRecord[]): readonly string[] {
  if (canNameFiles(records)) return records.map(({ id }) => id);
  const digits = String(records.length).length;
  return records.map((_, i) => String(i).padStart(digits, '0'));
}

function annotationsOf({ texts: [text], gold }: ExportRecord): string {
  const toPoints = pointsOfUnits(text);
  const spans = (gold?.spans ?? []).map((span, i) => {
    const parts = span.fragments ?? [[span.start, span.end] as const];
    const places = parts.map(([start, end]) => `${toPoints(start)} ${toPoints(end)}`).join(';');
    return `T${i + 1}\t${span.type} ${places}\t${inLine(textAt(text, span))}\n`;
  });
  const relations = (gold?.relations ?? []).map(
    ({ type, from, to }, i) => `R${i + 1}\t${type} Arg1:T${from + 1} Arg2:T${to + 1}\n`,
  );
  return [...spans, ...relations].join('');
}

/** The types that the documents use. */
function configurationOf(records: readonly ExportRecord[]): string {
  const of = (kind: 'spans' | 'relations'): string[] =>
    [...new Set(records.flatMap(({ gold }) => gold?.[kind].map(({ type }) => type) ?? []))].sort();
  return [
    ...['[entities]', ...of('spans')],
    ...['[relations]', ...of('relations').map((type) => `${type}\tArg1:<ENTITY>, Arg2:<ENTITY>`)],
    ...['<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>', '[events]', '[attributes]', ''],
  ].join('\n');
}
