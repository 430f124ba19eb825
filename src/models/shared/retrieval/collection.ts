import type { Example } from '../../../tasks/examples.ts';
import type { JudgedDocuments } from '../../../tasks/families/family.ts';
import { familyOf } from '../../../tasks/families/registry.ts';
import type { Task } from '../../../tasks/task.ts';

export interface RetrievalQuery {
  readonly text: string;
  /** Grade of every judged document by its position in the collection; unjudged ones count as not relevant. */
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
 * The collection of a task whose family judges documents: all distinct ones. Equal queries are one; a document that
 * was judged twice for a query keeps its highest grade.
 */
export function collectionOf(task: Task, examples: readonly Example[]): Collection {
  const positions = new Map<string, number>();
  const queries = new Map<string, Map<number, number>>();
  const family = familyOf(task);
  for (const example of examples) {
    const { query, documents } = family.judgedDocuments?.(example, task) ?? NONE;
    for (const { text, grade } of documents) {
      let position = positions.get(text);
      if (position === undefined) {
        position = positions.size;
        positions.set(text, position);
      }
      const grades = queries.get(query) ?? new Map<number, number>();
      grades.set(position, Math.max(grade, grades.get(position) ?? 0));
      queries.set(query, grades);
    }
  }
  return {
    documents: [...positions.keys()],
    queries: Array.from(queries, ([text, grades]) => ({ text, grades })),
    relevantFrom: task.relevantFrom ?? 1,
  };
}

const NONE: JudgedDocuments = { query: '', documents: [] };
