import type { Split } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { ndcg } from '../metrics/ranking.ts';
import { type Collection, collectionOf } from '../models/shared/retrieval/collection.ts';
import type { Retriever } from '../models/shared/retrieval/retriever.ts';
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

/** A document that was found, with its score. */
export interface Hit {
  readonly score: number;
  readonly document: string;
}

/** The documents of a collection that are found for one query, the best first, `count` at most. */
export async function searchCollection(
  { documents }: Collection,
  query: { readonly text: string; readonly count: number },
  retriever: Retriever,
  signal?: AbortSignal,
): Promise<Hit[]> {
  const [hits] = await retriever.search([query.text], query.count, signal);
  return hits.map(({ document, score }) => ({ score, document: documents[document] }));
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

/** Searches a whole collection for every query, and scores what is found. */
export async function evaluateRetrieval(
  collection: Collection,
  open: (documents: readonly string[]) => Promise<Retriever>,
  cutoffs: readonly number[],
  signal?: AbortSignal,
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
  const found = await retriever.search(texts, Math.max(...cutoffs), signal);
  const searching = performance.now() - start;
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
  return {
    documents: documents.length,
    queries: judged.length,
    queriesWithoutRelevant: queries.length - judged.length,
    recall: means(recall),
    ndcg: means(gain),
    indexSeconds,
    searchMilliseconds: searching / judged.length,
    indexBytes: retriever.bytes,
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
