import type { Example } from '../../../tasks/examples.ts';
import type { Task } from '../../../tasks/task.ts';

export interface RetrievalQuery {
  readonly text: string;
  /** Grade of every judged document by its position in the collection; others count as not relevant. */
  readonly grades: ReadonlyMap<number, number>;
}

/** All documents of a corpus, to be searched as a whole, and the queries that were judged on some of them. */
export interface Collection {
  readonly documents: readonly string[];
  readonly queries: readonly RetrievalQuery[];
  /** Lowest grade that is relevant. */
  readonly relevantFrom: number;
}

/**
 * The collection of a ranking task (all distinct titles, graded) or of a similarity task (all distinct
 * second texts, e.g. answers; relevant where the label is positive). Equal queries are one; a document
 * that was judged twice for a query keeps its highest grade.
 */
export function collectionOf(task: Task, examples: readonly Example[]): Collection {
  const positions = new Map<string, number>();
  const queries = new Map<string, Map<number, number>>();
  const judge = (query: string, document: string, grade: number): void => {
    let position = positions.get(document);
    if (position === undefined) {
      position = positions.size;
      positions.set(document, position);
    }
    const grades = queries.get(query) ?? new Map<number, number>();
    grades.set(position, Math.max(grade, grades.get(position) ?? 0));
    queries.set(query, grades);
  };
  for (const example of examples) {
    if (task.family === 'ranking') {
      const { input, gold } = example as Example<'ranking'>;
      input.documents.forEach(({ title }, i) => {
        judge(input.query, title, gold.relevance[i]);
      });
    } else {
      const { input, gold } = example as Example<'similarity'>;
      judge(input.textA, input.textB, gold.label === task.positive ? 1 : 0);
    }
  }
  return {
    documents: [...positions.keys()],
    queries: Array.from(queries, ([text, grades]) => ({ text, grades })),
    relevantFrom: task.family === 'ranking' ? (task.relevantFrom ?? 1) : 1,
  };
}
