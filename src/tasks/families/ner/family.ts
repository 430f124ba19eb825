import type { Family } from '../family.ts';
import { NOT_IN_TEXT } from '../shared/not-in-text.ts';
import { briefEntities, entityReferences, missingEntities, parseEntities } from './answers.ts';
import { nerAsking } from './asking.ts';
import { nerConventions } from './conventions.ts';
import { record } from './record.ts';
import type { NerTypes } from './types.ts';
import { nerView } from './view.ts';

/** Entities in a text: spans with a type. */
export const ner: Family<'ner', NerTypes> = {
  id: 'ner',
  title: { en: 'Named entity recognition', zh: '命名实体识别' },
  record,
  inputShape: 'text',
  hubTaskType: 'token-classification',
  parse: parseEntities,
  spans: { field: 'entities', text: (_span, { text }) => text },
  missing: missingEntities,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.entities.map(({ type }) => type),
  brief: briefEntities,
  conventions: nerConventions,
  references: (_task, examples, visible) => entityReferences(examples, visible),
  asking: [nerAsking],
  madeUp: {
    caption: NOT_IN_TEXT,
    finder: () => ({
      find: ({ unaligned = [] }) => unaligned.map(({ quote, type }) => ({ quote, label: type })),
    }),
  },
  view: nerView,
  annotations: ({ input: { text }, gold }) => [{ text, mentions: gold.entities }],
};
