import type { CorpusFile, JudgedSplit } from '../datasets/dataset.ts';
import { requireReleased } from '../datasets/schemes/registry.ts';
import { readSubsets } from '../datasets/subsets.ts';
import type { Text } from '../ground/language.ts';
import type { Task } from '../tasks/task.ts';

/** A feature that only released splits have, for error messages. */
const SUBSETS: Text = { en: 'Subsets', zh: '子集' };

/** The split, where it can have subsets. Throws a UserError for one of a split scheme. */
export const requireSubsets = (split: JudgedSplit) => requireReleased(split, SUBSETS);

/** The ids of every named subset of a split. Throws as `requireSubsets` and `readSubsets`. */
export const subsetIds = (
  directory: string,
  task: Task,
  { split, files }: { readonly split: JudgedSplit; readonly files: readonly CorpusFile[] },
): ReturnType<typeof readSubsets> => readSubsets(directory, task, requireSubsets(split), files);
