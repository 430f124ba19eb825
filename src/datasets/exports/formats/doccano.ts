import { join } from 'node:path';
import type { ExportFormat, ExportGold } from '../export-format.ts';
import { firstOf, severalParts, unreadable } from '../obstacles.ts';
import { writeLines } from '../write-lines.ts';

/** JSON Lines as doccano exports and imports them: `label` for spans or classes, `entities` and `relations` for relations. */
export const doccano: ExportFormat = {
  title: { en: 'doccano', zh: 'doccano' },
  families: ['ner', 'relation', 'classification', 'multilabel'],
  loses: () => [],
  holdsUnlabelled: true,
  obstacle: firstOf(unreadable, severalParts),
  write: ({ goldField, name, folder, records }) => {
    const goldOf = goldField === 'triples' ? relationsOf : goldField === 'entities' ? spansOf : classesOf;
    return writeLines(join(folder, `${name}.jsonl`), records(), (record) => {
      const { id, group, texts, gold } = record;
      const [text] = texts;
      return JSON.stringify({ id, text, ...(gold ? goldOf(gold) : {}), group });
    });
  },
};

/** In every export of doccano, and the only sign of one where nothing is marked. */
const COMMENTS = { Comments: [] };

const classesOf = ({ labels }: ExportGold): object => ({ label: labels, ...COMMENTS });

const spansOf = ({ spans }: ExportGold): object => ({
  label: spans.map(({ start, end, type }) => [start, end, type]),
  ...COMMENTS,
});

const relationsOf = ({ spans, relations }: ExportGold): object => ({
  entities: spans.map(({ start, end, type }, i) => ({
    ...{ id: i + 1, label: type, start_offset: start, end_offset: end },
  })),
  relations: relations.map(({ type, from, to }, i) => ({
    id: i + 1,
    from_id: from + 1,
    to_id: to + 1,
    type,
  })),
  ...COMMENTS,
});
