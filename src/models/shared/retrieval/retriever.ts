import { createYielder } from '../../../ground/yielder.ts';
import { createTokenizer, type TokenKind } from '../features/tokens.ts';
import { indexDocuments } from './bm25index.ts';
import type { Hit } from './search.ts';
import type { Bm25Constants } from './weights.ts';

/** Finds documents of a whole collection. */
export interface Retriever {
  /** Size of the index. */
  readonly bytes: number;
  /** The best `most` documents for each query, best first, of equal ones the earlier. Throws the reason of the signal. */
  search(queries: readonly string[], most: number, signal?: AbortSignal): Promise<Hit[][]>;
}

/** How documents and queries are cut into tokens, and the constants of BM25. */
export interface Bm25Settings extends Bm25Constants {
  readonly tokens: TokenKind;
}

/** Indexes a collection for BM25. */
export async function openBm25Retriever(
  documents: readonly string[],
  { tokens, ...constants }: Bm25Settings,
  signal?: AbortSignal,
): Promise<Retriever> {
  const tokenize = createTokenizer(tokens);
  const index = await indexDocuments(documents.map(tokenize), constants, signal);
  return {
    bytes: index.bytes,
    async search(queries, most, signal) {
      const yieldNow = createYielder(signal);
      const hits: Hit[][] = [];
      for (const query of queries) {
        hits.push(index.search(tokenize(query), most));
        await yieldNow();
      }
      return hits;
    },
  };
}
