import { foldText } from '../features/ngrams.ts';
import { createTokenizer } from '../features/tokens.ts';
import { indexDocuments } from '../retrieval/bm25index.ts';
import { likeness } from './likeness.ts';

/** How a term was found for a text. */
export interface Candidate {
  /** Its number in the vocabulary. */
  readonly term: number;
  /** BM25 score over that of the best term; 0 where it was found through a known text only. */
  readonly score: number;
  /** How much the most similar known text with this term shares with the text, 0 to 1. */
  readonly neighbour: number;
}

/** A text of train with the numbers of its terms. */
export interface KnownText {
  readonly text: string;
  readonly terms: readonly number[];
}

const CONSTANTS = { k1: 1.2, b: 0.75 };
/** Known texts that are looked at for their terms. */
const NEIGHBOURS = 10;

/** Finds terms for texts. */
export interface TermFinder {
  /** Terms that share a token with the text, and those of the known texts nearest to it; not of a known text numbered `except`. */
  find(text: string, except?: number): Candidate[];
}

/** Indexes a vocabulary and known texts. */
export async function createFinder(
  vocabulary: readonly string[],
  known: readonly KnownText[],
  most: number,
  signal?: AbortSignal,
): Promise<TermFinder> {
  const tokenize = createTokenizer('mixed');
  const terms = await indexDocuments(vocabulary.map(tokenize), CONSTANTS, signal);
  const texts = await indexDocuments(
    known.map(({ text }) => tokenize(text)),
    CONSTANTS,
    signal,
  );
  return {
    find(text, except) {
      const query = tokenize(text);
      const hits = terms.search(query, most);
      const best = hits[0]?.score ?? 1;
      const found = new Map<number, Candidate>(
        hits.map(({ document: term, score }) => [term, { term, score: score / best, neighbour: 0 }]),
      );
      const own = foldText(text);
      for (const { document } of texts.search(query, NEIGHBOURS + 1)) {
        if (document === except) continue;
        const near = likeness(own, foldText(known[document].text));
        for (const term of known[document].terms) {
          const { score = 0, neighbour = 0 } = found.get(term) ?? {};
          found.set(term, { term, score, neighbour: Math.max(neighbour, near) });
        }
      }
      return [...found.values()];
    },
  };
}
