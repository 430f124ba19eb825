import type { ComparedParts, ExampleOf, Fault } from '../family.ts';
import { badType, type Line, readList } from '../shared/faults.ts';
import type { NormalisationTypes } from './types.ts';

type Answer = NormalisationTypes['prediction'];

/** Reads `{"terms": ["…"]}`. */
export function parseTerms(line: Line): Answer | readonly Fault[] {
  const terms = readList<string>(line, 'terms', (value, field) => {
    if (typeof value !== 'string') return [badType(field, { en: 'a string', zh: '字符串' }, value)];
    if (value !== '') return value;
    return [{ code: 'empty-text', field, message: { en: `"${field}" is empty`, zh: `“${field}”为空` } }];
  });
  return 'faults' in terms ? terms.faults : { terms };
}

/** A term that no vocabulary has. */
const NOTHING = '\u0000';

/** As many terms as gold has, at least one, all wrong. */
export const missingTerms = ({ gold }: ExampleOf<NormalisationTypes>): Answer => ({
  terms: Array.from({ length: Math.max(1, gold.terms.length) }, (_, i) => `${NOTHING}${i}`),
});

/** Terms are many and rarely come twice: distributions are of how many a text has. */
export const termCount = ({ gold }: ExampleOf<NormalisationTypes>): string[] => [String(gold.terms.length)];

export const comparedTerms = ({ input, gold }: ExampleOf<NormalisationTypes>): ComparedParts => ({
  texts: [input.text],
  gold: [...gold.terms].sort().join('\n'),
});
