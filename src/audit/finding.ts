import type { ItemRef } from '../datasets/item-ref.ts';
import type { Text } from '../ground/language.ts';
import type { SplitName } from '../tasks/task.ts';

/**
 * `leak`: an evaluated item that can be known from a training item; `conflict`: gold that contradicts
 * itself; `defect`: gold that cannot be right; `oddity`: worth knowing, but not an error.
 */
export type FindingKind = 'leak' | 'conflict' | 'defect' | 'oddity';

/** One issue in a corpus, and every item that it touches. */
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

/** Number of touched items by split. */
export function countBySplit(items: readonly ItemRef[]): Partial<Record<SplitName, number>> {
  const counts: Partial<Record<SplitName, number>> = {};
  for (const { split } of items) counts[split] = (counts[split] ?? 0) + 1;
  return counts;
}
