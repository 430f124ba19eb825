/** Disjoint sets of the numbers below `count`, each alone at first; a set is identified by its smallest member. */
export function createSets(count: number) {
  const parent = Int32Array.from({ length: count }, (_, number) => number);
  const find = (number: number): number => {
    let at = number;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  const join = (a: number, b: number): void => {
    const [first, second] = [find(a), find(b)];
    parent[Math.max(first, second)] = Math.min(first, second);
  };
  /** The sets of two or more, members ascending, by their smallest. */
  const groups = (): number[][] => {
    const members = new Map<number, number[]>();
    for (let number = 0; number < count; number++) {
      const first = find(number);
      const group = members.get(first);
      if (group) group.push(number);
      else members.set(first, [number]);
    }
    return [...members.values()].filter((group) => group.length > 1);
  };
  return { find, join, groups };
}

export type Sets = ReturnType<typeof createSets>;
