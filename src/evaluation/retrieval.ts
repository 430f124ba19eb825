import type { Split } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { createYielder } from '../ground/yielder.ts';
import { ndcg } from '../metrics/ranking.ts';
import { createTokenizer, type TokenKind } from '../models/shared/features/tokens.ts';
import { indexDocuments } from '../models/shared/retrieval/bm25index.ts';
import { type Collection, collectionOf } from '../models/shared/retrieval/collection.ts';
import type { Bm25Constants } from '../models/shared/retrieval/weights.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';

/** All documents of a split. Throws a UserError `not-searchable` (usage) for a task without documents. */
export function openCollection(task: Task, { examples }: Split): Collection {
  if (familyOf(task).judgedDocuments) return collectionOf(task, examples);
  throw new UserError(
    'not-searchable',
    { en: `${task.id} has no documents to search`, zh: `${task.id} 没有可检索的文档` },
    {
      hint: { en: 'Choose a ranking or similarity task.', zh: '请选择排序或相似度任务。' },
      exitCode: EXIT.usage,
    },
  );
}

/** How documents and queries are cut into tokens, and the constants of BM25. */
export interface Bm25Settings extends Bm25Constants {
  readonly tokens: TokenKind;
}

/** A document that was found, with its BM25 score. */
export interface Hit {
  readonly score: number;
  readonly document: string;
}

/** The documents of a collection that BM25 finds for one query, the best first, `count` at most. */
export async function searchCollection(
  { documents }: Collection,
  query: { readonly text: string; readonly count: number },
  { tokens, ...constants }: Bm25Settings,
  signal?: AbortSignal,
): Promise<Hit[]> {
  const tokenize = createTokenizer(tokens);
  const index = await indexDocuments(documents.map(tokenize), constants, signal);
  return index
    .search(tokenize(query.text), query.count)
    .map(({ document, score }) => ({ score, document: documents[document] }));
}

export interface RetrievalScores {
  readonly documents: number;
  /** Queries with at least one relevant document; others cannot be scored. */
  readonly queries: number;
  readonly queriesWithoutRelevant: number;
  /** Mean share of a query's relevant documents among the first k found, by k. */
  readonly recall: Readonly<Record<number, number>>;
  /** Mean nDCG of the first k found, by k; the ideal is over all judged documents of the query. */
  readonly ndcg: Readonly<Record<number, number>>;
  readonly indexSeconds: number;
  /** Mean time of a search, tokenizing the query included. */
  readonly searchMilliseconds: number;
  readonly indexBytes: number;
}

/** Searches a whole collection for every query with BM25, and scores what is found. */
export async function evaluateRetrieval(
  collection: Collection,
  { tokens, ...constants }: Bm25Settings,
  cutoffs: readonly number[],
  signal?: AbortSignal,
): Promise<RetrievalScores> {
  const { documents, queries, relevantFrom } = collection;
  const tokenize = createTokenizer(tokens);
  const yieldNow = createYielder(signal);
  let start = performance.now();
  const index = await indexDocuments(documents.map(tokenize), constants, signal);
  const indexSeconds = (performance.now() - start) / 1000;

  const deepest = Math.max(...cutoffs);
  const recall = cutoffs.map(() => 0);
  const gain = cutoffs.map(() => 0);
  let scored = 0;
  let searching = 0;
  for (const { text, grades } of queries) {
    const relevant = new Set(
      [...grades].filter(([, grade]) => grade >= relevantFrom).map(([document]) => document),
    );
    if (relevant.size === 0) continue;
    scored++;
    start = performance.now();
    const hits = index.search(tokenize(text), deepest);
    searching += performance.now() - start;
    cutoffs.forEach((cutoff, i) => {
      const found = hits.slice(0, cutoff).map(({ document }) => document);
      recall[i] += found.filter((document) => relevant.has(document)).length / relevant.size;
      gain[i] += ndcgOf(found, grades, cutoff);
    });
    await yieldNow();
  }
  const means = (sums: readonly number[]): Record<number, number> =>
    Object.fromEntries(cutoffs.map((cutoff, i) => [cutoff, sums[i] / scored]));
  return {
    documents: documents.length,
    queries: scored,
    queriesWithoutRelevant: queries.length - scored,
    recall: means(recall),
    ndcg: means(gain),
    indexSeconds,
    searchMilliseconds: searching / scored,
    indexBytes: index.bytes,
  };
}

/** What was found, then judged documents that were not: they earn nothing but belong to the ideal. */
function ndcgOf(found: readonly number[], grades: ReadonlyMap<number, number>, cutoff: number): number {
  const ranked = found.map((document) => grades.get(document) ?? 0);
  while (ranked.length < cutoff) ranked.push(0);
  const seen = new Set(found);
  for (const [document, grade] of grades) if (!seen.has(document)) ranked.push(grade);
  return ndcg({ grades: ranked, ends: ranked.map((_, i) => i + 1) }, cutoff);
}
