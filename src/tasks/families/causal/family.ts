import type { Family } from '../family.ts';
import { NOT_IN_TEXT } from '../shared/not-in-text.ts';
import {
  briefRelations,
  comparedRelations,
  madeUpQuotes,
  missingRelations,
  parseRelations,
} from './answers.ts';
import { causalAsking } from './asking.ts';
import { causalConventions } from './conventions.ts';
import { record } from './record.ts';
import type { CausalRelation, CausalTypes } from './types.ts';
import { causalView } from './view.ts';

/** Causes and effects in a text, conditions under which they hold, and concepts below others. */
export const causal: Family<'causal', CausalTypes> = {
  id: 'causal',
  title: { en: 'Causal relations', zh: '因果关系抽取' },
  record,
  inputShape: 'text',
  hubTaskType: 'token-classification',
  parse: parseRelations,
  missing: missingRelations,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.relations.map(({ relation }) => relation),
  brief: briefRelations,
  conventions: causalConventions,
  asking: [causalAsking],
  madeUp: { caption: NOT_IN_TEXT, finder: () => ({ find: madeUpQuotes }) },
  view: causalView,
  comparedParts: comparedRelations,
  annotations: ({ input: { text }, gold }) => [{ text, mentions: gold.relations.flatMap(mentionsOf) }],
};

/** The mentions of a relation; they have no types. */
const mentionsOf = ({ head, tail }: CausalRelation) =>
  ('relation' in tail ? [head, tail.head, tail.tail] : [head, tail]).map(({ start, end }) => ({
    ...{ start, end, type: 'mention' },
  }));
