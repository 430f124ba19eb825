import { foldUnits } from '../../text/normalise.ts';
import type { AnnotatedText } from './annotations.ts';

/** Terms before refinement, by their folded form. */
export type Candidates = Map<string, { readonly text: string; readonly types: Map<string, number> }>;

export const createCandidates = (): Candidates => new Map();

/** Adds a term without its outer white space and punctuation; terms that differ in width or case are one. */
export function addCandidate(candidates: Candidates, term: string, type: string, count = 1): void {
  const text = trimEdges(term);
  const key = foldUnits(text);
  if (key === '') return;
  const known = candidates.get(key);
  if (known) known.types.set(type, (known.types.get(type) ?? 0) + count);
  else candidates.set(key, { text, types: new Map([[type, count]]) });
}

export function addAnnotations(candidates: Candidates, texts: Iterable<AnnotatedText>): void {
  for (const { text, mentions } of texts) {
    for (const { start, end, type } of mentions) addCandidate(candidates, text.slice(start, end), type);
  }
}

const OPENERS = /[（([【《「“‘{]/g;
const CLOSERS = /[）)\]】》」”’}]/g;

/** Removes outer white space and punctuation, but keeps a bracket whose other half is inside: 糖尿病(2型). */
function trimEdges(term: string): string {
  const [, before, core, after] = /^([\s\p{P}]*)(.*?)([\s\p{P}]*)$/su.exec(term)!;
  const open = (core.match(OPENERS)?.length ?? 0) - (core.match(CLOSERS)?.length ?? 0);
  if (open < 0 && before.at(-1)?.match(OPENERS)) return before.at(-1) + core;
  return open > 0 && after[0]?.match(CLOSERS) ? core + after[0] : core;
}
