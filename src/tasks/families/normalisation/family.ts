import type { Family } from '../family.ts';
import { listed } from '../shared/listed.ts';
import { fold } from '../view.ts';
import { comparedTerms, missingTerms, parseTerms, termCount } from './answers.ts';
import { normalisationAsking } from './asking.ts';
import { normalisationConventions } from './conventions.ts';
import { record } from './record.ts';
import type { NormalisationTypes } from './types.ts';

/** What was written, as the terms of a standard vocabulary. */
export const normalisation: Family<'normalisation', NormalisationTypes> = {
  id: 'normalisation',
  title: { en: 'Normalisation to standard terms', zh: '术语标准化' },
  record,
  inputShape: 'text',
  hubTaskType: 'text-retrieval',
  parse: parseTerms,
  missing: missingTerms,
  texts: ({ text }) => [text],
  labels: termCount,
  brief: ({ terms }) => listed(terms),
  conventions: normalisationConventions,
  asking: [normalisationAsking],
  view: {
    blocks: ({ text }) => [{ text }],
    side: ({ terms }) => ({
      elements: [...new Set(terms)].map((term) => ({ label: '', surface: term, key: term })),
    }),
    near: (gold, answer) => sharedCharacters(fold(gold.surface), fold(answer.surface)),
  },
  comparedParts: comparedTerms,
};

/** Share of their characters that two terms have in common, below 1. */
function sharedCharacters(a: string, b: string): number {
  const own = new Set(b);
  const shared = [...new Set(a)].filter((character) => own.has(character)).length;
  return shared / (new Set(a).size + own.size);
}
