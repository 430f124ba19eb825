import { readLines } from '../../../ground/files.ts';
import type { Example } from '../../../tasks/examples.ts';
import type { KnownText } from './finder.ts';

/** Every term that may be answered, and the texts whose terms are known. */
export interface TermKnowledge {
  readonly vocabulary: readonly string[];
  readonly known: readonly KnownText[];
}

/** The terms of train, then those of a list: one per line, or the last of tab-separated columns. */
export async function collectTerms(
  train: readonly Example<'normalisation'>[],
  terminology: string | undefined,
): Promise<TermKnowledge> {
  const numbers = new Map<string, number>();
  const number = (term: string): number => {
    const known = numbers.get(term) ?? numbers.size;
    numbers.set(term, known);
    return known;
  };
  const known = train.map(({ input: { text }, gold }) => ({
    text,
    terms: [...new Set(gold.terms)].map(number),
  }));
  if (terminology !== undefined) for await (const term of readTerminology(terminology)) number(term);
  return { vocabulary: [...numbers.keys()], known };
}

/** The last column of every line that has one. */
async function* readTerminology(file: string): AsyncGenerator<string> {
  for await (const { text } of readLines(file)) {
    const term = text.slice(text.lastIndexOf('\t') + 1).trim();
    if (term !== '') yield term;
  }
}
