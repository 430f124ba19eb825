import * as z from 'zod';

/**
 * Mention texts → standard names, as training had them, and for texts that it had not, the name of the
 * most similar one.
 */
export interface NameDictionary {
  /** Mention text → name; the most frequent one, of equals the first in code-point order. */
  readonly entries: ReadonlyMap<string, string>;
  /** The name of a mention, or undefined if nothing known is similar enough. */
  find(mention: string): string | undefined;
}

/** Dice similarity that a known mention needs to lend its name. */
const LEAST_SIMILARITY = 0.4;

/** Learns from pairs of mention text and name. */
export function learnNames(pairs: Iterable<readonly [mention: string, name: string]>): NameDictionary {
  const counts = new Map<string, Map<string, number>>();
  for (const [mention, name] of pairs) {
    const of = counts.get(mention) ?? new Map<string, number>();
    of.set(name, (of.get(name) ?? 0) + 1);
    counts.set(mention, of);
  }
  const entries = new Map<string, string>();
  for (const [mention, of] of counts) {
    const [best] = [...of].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    entries.set(mention, best[0]);
  }
  return restoreNames(entries);
}

/** The dictionary of saved entries. */
export function restoreNames(entries: ReadonlyMap<string, string>): NameDictionary {
  const known = Array.from(entries, ([mention, name]) => ({ name, grams: gramsOf(mention) }));
  const byGram = new Map<string, number[]>();
  known.forEach(({ grams }, index) => {
    for (const gram of grams) byGram.set(gram, [...(byGram.get(gram) ?? []), index]);
  });
  const similar = new Map<string, string | undefined>();
  const search = (mention: string): string | undefined => {
    const grams = gramsOf(mention);
    const shared = new Map<number, number>();
    for (const gram of grams) {
      for (const index of byGram.get(gram) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
    }
    let best: string | undefined;
    let most = LEAST_SIMILARITY;
    for (const [index, count] of [...shared].sort((a, b) => a[0] - b[0])) {
      const dice = (2 * count) / (grams.size + known[index].grams.size);
      if (dice > most) {
        most = dice;
        best = known[index].name;
      }
    }
    return best;
  };
  return {
    entries,
    find(mention) {
      const exact = entries.get(mention);
      if (exact !== undefined) return exact;
      if (!similar.has(mention)) similar.set(mention, search(mention));
      return similar.get(mention);
    },
  };
}

/** The entries of a dictionary, as in a model file. */
export const namesJson = z.array(z.tuple([z.string(), z.string()]));

/** Characters and pairs of them, with the ends of the mention marked. */
function gramsOf(mention: string): Set<string> {
  const points = Array.from(mention);
  const grams = new Set(points);
  for (let i = 0; i <= points.length; i++) grams.add(`${points[i - 1] ?? '^'}${points[i] ?? '$'}`);
  return grams;
}
