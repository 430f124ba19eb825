import type { Task } from '../tasks/task.ts';

/** The models that published scores of these tasks name, in the order in which they first appear: a column each. */
export const publishedModels = (tasks: readonly Task[]): string[] => [
  ...new Set(tasks.flatMap(({ published }) => published.map(({ model }) => model))),
];
