export interface Ranked {
  /** Index of the system as given. */
  readonly system: number;
  /** Letters of the groups it belongs to, best group first: `a`, `ab`, … Systems that share none differ. */
  readonly groups: string;
  /** Best and worst rank that the tests leave open, 1-based. */
  readonly rank: readonly [best: number, worst: number];
}

/**
 * Rank groups: systems that do not differ significantly share a group (insert-and-absorb, Piepho 2004).
 *
 * `differs(i, j)` is symmetric. The answer is sorted by score, best first; systems with an undefined score
 * come last. No order inside a group is claimed.
 */
export function rankGroups(scores: readonly number[], differs: (i: number, j: number) => boolean): Ranked[] {
  const sortable = (score: number): number => (Number.isNaN(score) ? -Infinity : score);
  const order = scores.map((_, i) => i).sort((i, j) => sortable(scores[j]) - sortable(scores[i]) || i - j);
  let groups: Set<number>[] = [new Set(order)];
  for (const i of order) {
    for (const j of order) {
      if (j <= i || !differs(i, j)) continue;
      const split = groups.flatMap((group) =>
        group.has(i) && group.has(j) ? [without(group, i), without(group, j)] : [group],
      );
      groups = absorb(split);
    }
  }
  const position = new Map(order.map((system, place) => [system, place]));
  const places = (group: Set<number>): number[] =>
    order.flatMap((system, place) => (group.has(system) ? [place] : []));
  groups.sort((a, b) => compareLists(places(a), places(b)));
  return order.map((system) => {
    const rivals = order.filter(
      (other) => other !== system && differs(Math.min(system, other), Math.max(system, other)),
    );
    const better = rivals.filter((other) => position.get(other)! < position.get(system)!).length;
    const letters = groups.flatMap((group, g) => (group.has(system) ? [letter(g)] : []));
    return { system, groups: letters.join(''), rank: [1 + better, order.length - (rivals.length - better)] };
  });
}

const without = (group: Set<number>, system: number): Set<number> =>
  new Set([...group].filter((other) => other !== system));

/** Drops groups that are contained in another. */
function absorb(groups: Set<number>[]): Set<number>[] {
  return groups.filter(
    (group, g) =>
      !groups.some(
        (other, o) =>
          o !== g && [...group].every((system) => other.has(system)) && (other.size > group.size || o < g),
      ),
  );
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return b.length - a.length;
}

/** 0 → a … 25 → z, 26 → a', … */
const letter = (index: number): string =>
  String.fromCharCode(97 + (index % 26)) + "'".repeat(Math.floor(index / 26));
