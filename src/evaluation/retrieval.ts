import type { Split } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { ndcg } from '../metrics/ranking.ts';
import { type Collection, collectionOf } from '../models/shared/retrieval/collection.ts';
import type { Retriever } from '../models/shared/retrieval/retriever.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { Watcher } from './plan.ts';
import { type Reranker, rerank } from './rerank.ts';

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

/** A document that was found, with its score. */
export interface Hit {
  readonly score: number;
  readonly document: string;
}

/** How a collection is searched: the retriever, and the reranker of the first results. */
export interface Search {
  open(documents: readonly string[]): Promise<Retriever>;
  readonly reranker?: Reranker;
}

/** The documents of a collection that are found for one query, the best first, `count` at most. */
export async function searchCollection(
  { documents }: Collection,
  query: { readonly text: string; readonly count: number },
  { open, reranker }: Search,
  watcher: Watcher = {},
): Promise<Hit[]> {
  const { text, count } = query;
  const retriever = await open(documents);
  const found = await retriever.search([text], Math.max(count, reranker?.depth ?? 0), watcher.signal);
  const [hits] = reranker ? await rerank({ queries: [text], documents, found }, reranker, watcher) : found;
  return hits.slice(0, count).map(({ document, score }) => ({ score, document: documents[document] }));
}

/** Means over queries, by k. */
export interface CutoffScores {
  /** Mean share of a query's relevant documents among the first k found. */
  readonly recall: Readonly<Record<number, number>>;
  /** Mean nDCG of the top k; the ideal is over all judged documents of the query. */
  readonly ndcg: Readonly<Record<number, number>>;
}

export interface RetrievalScores extends CutoffScores {
  readonly documents: number;
  /** Queries with at least one relevant document; others cannot be scored. */
  readonly queries: number;
  readonly queriesWithoutRelevant: number;
  readonly indexSeconds: number;
  /** Mean time of a search, tokenizing the query included. */
  readonly searchMilliseconds: number;
  readonly indexBytes: number;
  /** After the first `depth` documents were reranked. */
  readonly reranked?: CutoffScores & { readonly depth: number; readonly millisecondsPerQuery: number };
}

/** A query with its judged documents, of which some are relevant. */
interface JudgedQuery {
  readonly grades: ReadonlyMap<number, number>;
  readonly relevant: ReadonlySet<number>;
}

/** Searches a whole collection for every query, reranks the results if there is a reranker, and scores both. */
export async function evaluateRetrieval(
  collection: Collection,
  { open, reranker }: Search,
  cutoffs: readonly number[],
  watcher: Watcher = {},
): Promise<RetrievalScores> {
  const { documents, queries, relevantFrom } = collection;
  let start = performance.now();
  const retriever = await open(documents);
  const indexSeconds = (performance.now() - start) / 1000;

  const judged = queries.flatMap(({ text, grades }) => {
    const relevant = new Set(
      [...grades].filter(([, grade]) => grade >= relevantFrom).map(([document]) => document),
    );
    return relevant.size === 0 ? [] : [{ text, grades, relevant }];
  });
  const texts = judged.map(({ text }) => text);
  start = performance.now();
  const deepest = Math.max(...cutoffs, reranker?.depth ?? 0);
  const found = await retriever.search(texts, deepest, watcher.signal);
  const searching = performance.now() - start;
  const scores: RetrievalScores = {
    documents: documents.length,
    queries: judged.length,
    queriesWithoutRelevant: queries.length - judged.length,
    ...scoreFound(found, judged, cutoffs),
    indexSeconds,
    searchMilliseconds: searching / judged.length,
    indexBytes: retriever.bytes,
  };
  if (!reranker) return scores;
  start = performance.now();
  const ordered = await rerank({ queries: texts, documents, found }, reranker, watcher);
  const millisecondsPerQuery = (performance.now() - start) / judged.length;
  const { depth } = reranker;
  return {
    ...scores,
    reranked: { ...scoreFound(ordered, judged, cutoffs), depth, millisecondsPerQuery },
  };
}

function scoreFound(
  found: readonly (readonly { readonly document: number }[])[],
  judged: readonly JudgedQuery[],
  cutoffs: readonly number[],
): CutoffScores {
  const recall = cutoffs.map(() => 0);
  const gain = cutoffs.map(() => 0);
  for (const [query, { grades, relevant }] of judged.entries()) {
    const hits = found[query].map(({ document }) => document);
    cutoffs.forEach((cutoff, i) => {
      const first = hits.slice(0, cutoff);
      recall[i] += first.filter((document) => relevant.has(document)).length / relevant.size;
      gain[i] += ndcgOf(first, grades, cutoff);
    });
  }
  const means = (sums: readonly number[]): Record<number, number> =>
    Object.fromEntries(cutoffs.map((cutoff, i) => [cutoff, sums[i] / judged.length]));
  return { recall: means(recall), ndcg: means(gain) };
}

/** The retrieved documents, then judged ones that were not retrieved: they gain nothing but belong to the ideal ranking. */
function ndcgOf(found: readonly number[], grades: ReadonlyMap<number, number>, cutoff: number): number {
  const ranked = found.map((document) => grades.get(document) ?? 0);
  while (ranked.length < cutoff) ranked.push(0);
  const seen = new Set(found);
  for (const [document, grade] of grades) if (!seen.has(document)) ranked.push(grade);
  return ndcg({ grades: ranked, ends: ranked.map((_, i) => i + 1) }, cutoff);
}
