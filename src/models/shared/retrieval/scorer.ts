import * as z from 'zod';
import { createTokenizer, TOKEN_KINDS, type TokenKind } from '../features/tokens.ts';
import { type Bm25Constants, inverseFrequency, saturation } from './weights.ts';

/** Token statistics of a document collection, and scoring with them. */
export interface Statistics extends Bm25Constants {
  readonly tokenKind: TokenKind;
  readonly total: number;
  readonly meanLength: number;
  /** Number of documents that have the token. */
  readonly documents: Readonly<Record<string, number>>;
}

export interface Bm25Scorer {
  readonly statistics: Statistics;
  score(query: string, document: string): number;
  /** The tokens of the query that the document has, with what each adds, heaviest first. */
  shares(query: string, document: string): { readonly token: string; readonly share: number }[];
}

/** Below the mean length of any collection: one token in a billion texts. */
const LEAST_MEAN = 1e-9;

/** Statistics, as in a model file. */
export const statisticsJson: z.ZodType<Statistics> = z
  .object({
    tokenKind: z.enum(TOKEN_KINDS),
    total: z.int().min(0),
    meanLength: z.number().min(LEAST_MEAN),
    documents: z.record(z.string(), z.int().min(0)),
    k1: z.number().min(0),
    b: z.number().min(0).max(1),
  })
  .refine(({ documents, total }) => Object.values(documents).every((count) => count <= total), {
    path: ['documents'],
    error: 'A token is in more documents than there are',
    params: { zh: '词元所在文档数多于文档总数' },
  });

/** Counts in how many of the distinct texts every token is. */
export async function collectStatistics(
  texts: Iterable<string>,
  tokenKind: TokenKind,
  constants: Bm25Constants,
  yieldNow: () => Promise<void> | undefined,
): Promise<Statistics> {
  const tokenize = createTokenizer(tokenKind);
  const documents = new Map<string, number>();
  let total = 0;
  let length = 0;
  for (const text of new Set(texts)) {
    const tokens = tokenize(text);
    for (const token of new Set(tokens)) documents.set(token, (documents.get(token) ?? 0) + 1);
    total++;
    length += tokens.length;
    await yieldNow();
  }
  const meanLength = length > 0 ? length / total : 1;
  return { tokenKind, total, meanLength, documents: Object.fromEntries(documents), ...constants };
}

/** Scores single documents with the statistics of a collection that need not have them. */
export function createScorer(statistics: Statistics): Bm25Scorer {
  const { tokenKind, total, meanLength } = statistics;
  const documents = new Map(Object.entries(statistics.documents));
  const tokenize = createTokenizer(tokenKind);
  const weigh = (query: string, document: string, visit: (token: string, share: number) => void): void => {
    const tokens = tokenize(document);
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const token of tokenize(query)) {
      const count = counts.get(token);
      if (count === undefined) continue;
      const idf = inverseFrequency(documents.get(token) ?? 0, total);
      visit(token, idf * saturation(count, tokens.length, meanLength, statistics));
    }
  };
  return {
    statistics,
    score(query, document) {
      let sum = 0;
      weigh(query, document, (_, share) => {
        sum += share;
      });
      return sum;
    },
    shares(query, document) {
      const found: { token: string; share: number }[] = [];
      weigh(query, document, (token, share) => found.push({ token, share }));
      return found.sort((a, b) => b.share - a.share);
    },
  };
}
