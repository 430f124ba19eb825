import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectory, explainFileError } from '../../../ground/files.ts';
import { pointsOfUnits } from '../../formats/code-points.ts';
import { inLine } from '../../imports/formats/brat.ts';
import { textAt } from '../../imports/offsets.ts';
import type { ExportFormat, ExportRecord } from '../export-format.ts';
import { blankInLabel, firstOf, halfCharacter, plainText, unreadable } from '../obstacles.ts';
import type { SplitFacts } from '../survey.ts';

/** A brat folder for each split: `.txt`, `.ann` and `annotation.conf`. Documents are named by ids that can be names of files. */
export const brat: ExportFormat = {
  title: { en: 'brat', zh: 'brat' },
  families: ['ner', 'relation'],
  loses: ({ ids }) => (ids.nameFiles ? ['groups'] : ['ids', 'groups']),
  holdsUnlabelled: false,
  obstacle: firstOf(unreadable, blankInLabel, halfCharacter, plainText),
  async write({ name, folder, facts, records }) {
    const place = join(folder, name);
    await createDirectory(place);
    const digits = String(facts.count).length;
    let number = 0;
    for await (const record of records()) {
      // Numbers sort in the order of the records.
      const document = facts.ids.nameFiles ? record.id : String(number++).padStart(digits, '0');
      await writeText(join(place, `${document}.txt`), record.texts[0]);
      await writeText(join(place, `${document}.ann`), annotationsOf(record));
    }
    await writeText(join(place, 'annotation.conf'), configurationOf(facts));
  },
};

async function writeText(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error) => {
    throw explainFileError(error, file);
  });
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
function configurationOf({ spanTypes, relationTypes }: SplitFacts): string {
  const ends = 'Arg1:<ENTITY>, Arg2:<ENTITY>';
  return [
    ...['[entities]', ...[...spanTypes].sort()],
    ...['[relations]', ...[...relationTypes].sort().map((type) => `${type}\t${ends}`)],
    ...[`<OVERLAP>\t${ends}, <OVL-TYPE>:<ANY>`, '[events]', '[attributes]', ''],
  ].join('\n');
}
