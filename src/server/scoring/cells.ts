/** Scores of fewer independent units than this are not computed: they would reveal single answers. */
export const LEAST_CELL = 5;

/** An example as far as subsets are concerned. */
export interface Member {
  readonly id: string;
  /** The independent unit that it belongs to; its own where absent. */
  readonly group?: string;
  /** Names of the subsets that it is in. */
  readonly subsets: readonly string[];
}

/**
 * Ids by name of subset, by name, without those that would reveal scores of fewer than `least` independent units, directly or as
 * the difference of others: the examples that are in the same subsets must be as many. The smallest subset is left out
 * first, until that holds.
 */
export function showableSubsets(
  members: readonly Member[],
  least = LEAST_CELL,
): Readonly<Record<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const { id, subsets } of members)
    for (const name of subsets) {
      const ids = found.get(name) ?? new Set();
      found.set(name, ids.add(id));
    }
  while (found.size > 0 && smallestCell(members, found) < least) {
    const [[smallest]] = [...found].sort(([, a], [, b]) => a.size - b.size);
    found.delete(smallest);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The number of independent units in the smallest set of examples that are in the same of the subsets. */
function smallestCell(members: readonly Member[], kept: ReadonlyMap<string, unknown>): number {
  const cells = new Map<string, Set<string>>();
  for (const { id, group, subsets } of members) {
    const cell = JSON.stringify(subsets.filter((name) => kept.has(name)).sort());
    const units = cells.get(cell) ?? new Set();
    cells.set(cell, units.add(group === undefined ? `id ${id}` : `group ${group}`));
  }
  return Math.min(...[...cells.values()].map(({ size }) => size));
}
