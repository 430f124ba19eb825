import { collectAnswers, predictionOf } from '../models/answers.ts';
import type { Hit } from '../models/shared/retrieval/search.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { KeptModel } from './fitted.ts';
import type { Watcher } from './plan.ts';

/** Search results with their query. */
export interface FoundDocuments {
  readonly queries: readonly string[];
  /** The texts that hits name by position. */
  readonly documents: readonly string[];
  /** Best first, one list per query. */
  readonly found: readonly (readonly Hit[])[];
}

/** The reranker, and how many documents per query it gets. */
export interface Reranker {
  readonly kept: Pick<KeptModel, 'kind' | 'fitted'>;
  readonly task: Task;
  readonly depth: number;
}

/**
 * The first `depth` documents of every query in the order of the model's scores, ties as they were found; then those without a
 * score, and then the remaining documents as they were found. Scores of reordered documents are the
 * model's.
 */
export async function rerank(
  { queries, documents, found }: FoundDocuments,
  { kept: { kind, fitted }, task, depth }: Reranker,
  { signal, onProgress }: Watcher = {},
): Promise<Hit[][]> {
  const { reranking } = familyOf(task);
  if (!reranking) throw new Error(`${task.family} has no documents`);
  const shown = found.map((hits) => hits.slice(0, depth).map(({ document }) => documents[document]));
  const asked = shown.map((texts, i) => (texts.length > 0 ? reranking.inputs(queries[i], texts) : []));
  const answers = await collectAnswers({ kind, fitted, task, inputs: asked.flat(), signal, onProgress });
  const predictions = answers.map(predictionOf);
  let at = 0;
  return found.map((hits, query) => {
    const own = predictions.slice(at, at + asked[query].length);
    at += asked[query].length;
    const scores = shown[query].length > 0 ? reranking.scores(own, shown[query], task) : [];
    const scored = scores.map((score, i) => ({
      document: hits[i].document,
      score: score ?? Number.NEGATIVE_INFINITY,
    }));
    const ordered = scored.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
    return [...ordered, ...hits.slice(depth)];
  });
}
