import type { Summary } from '../evaluation/summary.ts';
import type { Task } from '../tasks/task.ts';

/** The models that published scores of these tasks name, in the order in which they first appear: a column each. */
export const publishedModels = (tasks: readonly Task[]): string[] => [
  ...new Set(tasks.flatMap(({ published }) => published.map(({ model }) => model))),
];

/** The tasks that were evaluated on their corpus: on a synthetic sample, published scores are not comparable. */
export const onRealText = (
  tasks: readonly Task[],
  summaries: readonly Pick<Summary, 'task' | 'synthetic'>[],
): readonly Task[] =>
  tasks.filter(({ id }) => summaries.some(({ task, synthetic }) => task === id && !synthetic));
