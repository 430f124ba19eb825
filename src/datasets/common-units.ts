import type { Example } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import type { Split } from './corpus.ts';
import { linkTexts } from './formats/linked-texts.ts';

/**
 * The independent unit of every example of several splits, by names that mean the same in all of them; undefined
 * for an example that is its own. A reader names units inside one split only: where pairs are linked through
 * their texts, they are linked anew over all splits.
 */
export function commonUnits(task: Task, splits: readonly Split[]): (string | undefined)[][] {
  if (task.corpus.unit !== 'linked-texts')
    return splits.map(({ examples }) => examples.map(({ group }) => group));
  const pairs = splits.flatMap(({ examples }) => examples as readonly Example<'similarity'>[]);
  const names = linkTexts(pairs.map(({ input }) => [input.textA, input.textB]));
  let from = 0;
  return splits.map(({ examples }) => {
    from += examples.length;
    return names.slice(from - examples.length, from);
  });
}
