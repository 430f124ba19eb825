/** How alike two texts are: twice the characters that they share over all of theirs. */
export const likeness = (a: string, b: string): number =>
  a === b ? 1 : Math.min(0.99, (2 * sharedCharacters(a, b)) / Math.max(1, a.length + b.length));

/** The multiset intersection of characters. */
export function sharedCharacters(a: string, b: string): number {
  const counts = new Map<string, number>();
  for (const character of a) counts.set(character, (counts.get(character) ?? 0) + 1);
  let shared = 0;
  for (const character of b) {
    const left = counts.get(character) ?? 0;
    if (left === 0) continue;
    counts.set(character, left - 1);
    shared++;
  }
  return shared;
}
