/**
 * Groups pairs that share a text, on either side and through any number of steps: the connected
 * components of the graph whose vertices are texts and whose edges are pairs.
 *
 * In cMedQQ the same search query stands in up to 54 pairs, now on the left and now on the right, so
 * neither the pair nor its first text is independent of the rest; a component is. (Components: 1 525
 * for the 1 935 pairs of test, the largest of 13.)
 *
 * Returns one name a pair, equal exactly within a component: the number of its first pair.
 */
export function linkTexts(pairs: readonly (readonly [string, string])[]): string[] {
  const vertex = new Map<string, number>();
  const parent: number[] = [];
  const find = (text: string): number => {
    let at = vertex.get(text);
    if (at === undefined) {
      at = parent.length;
      vertex.set(text, at);
      parent.push(at);
    }
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (const [a, b] of pairs) parent[find(a)] = find(b);
  const first = new Map<number, string>();
  return pairs.map(([a], number) => {
    const root = find(a);
    const name = first.get(root) ?? String(number);
    first.set(root, name);
    return name;
  });
}
