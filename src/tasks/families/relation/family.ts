import type { Family } from '../family.ts';
import { NOT_IN_TEXT } from '../shared/not-in-text.ts';
import { annotatedTerms, briefTriples, missingTriples, parseTriples, termsNotInText } from './answers.ts';
import { relationAsking } from './asking.ts';
import { relationConventions } from './conventions.ts';
import { record } from './record.ts';
import type { RelationTypes } from './types.ts';
import { relationView } from './view.ts';

/** Subject, predicate, object triples in a text. */
export const relation: Family<'relation', RelationTypes> = {
  id: 'relation',
  title: { en: 'Relation extraction', zh: '关系抽取' },
  record,
  inputShape: 'text',
  hubTaskType: 'token-classification',
  parse: parseTriples,
  missing: missingTriples,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.triples.map(({ predicate }) => predicate),
  brief: briefTriples,
  conventions: relationConventions,
  asking: [relationAsking],
  madeUp: { caption: NOT_IN_TEXT, finder: () => ({ find: termsNotInText }) },
  view: relationView,
  annotations: (example) => [annotatedTerms(example)],
};
