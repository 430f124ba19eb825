import type { Text } from '../ground/language.ts';
import type { SplitName } from '../tasks/task.ts';

/** An item of a corpus by split and id: findings keep this, never its text. */
export interface ItemRef {
  readonly split: SplitName;
  readonly id: string;
}

/**
 * `leak`: an item that is judged can be known from one that is learnt from; `conflict`: gold that contradicts
 * itself; `defect`: gold that cannot be right; `oddity`: worth knowing, and no fault.
 */
export type FindingKind = 'leak' | 'conflict' | 'defect' | 'oddity';

/** One thing that is the matter with a corpus, and every item that it touches. */
export interface Finding {
  /** Stable name, e.g. `near-duplicate-across-splits`. */
  readonly code: string;
  readonly kind: FindingKind;
  readonly message: Text;
  /** In corpus order. */
  readonly items: readonly ItemRef[];
  /** Items that belong together: twins, pairs, contradictions. Each of at least two. */
  readonly groups?: readonly (readonly ItemRef[])[];
}

/** As people write it: `test:12`. */
export const formatRef = ({ split, id }: ItemRef): string => `${split}:${id}`;

/** Number of touched items a split. */
export function countBySplit(items: readonly ItemRef[]): Partial<Record<SplitName, number>> {
  const counts: Partial<Record<SplitName, number>> = {};
  for (const { split } of items) counts[split] = (counts[split] ?? 0) + 1;
  return counts;
}
