/** Prefix of WordPieces that continue a word. */
export const CONTINUING = '##';

export interface CountedPieces {
  /** Numbers of the pieces that form the word. */
  symbols: number[];
  readonly count: number;
}

/** Two piece numbers as one. */
const PAIR = 0x4000000;

/**
 * Merges the most frequent pair again and again and yields each merged piece, until no pair is frequent enough; of
 * equally frequent pairs the one with the smaller numbers. Changes `words` and `pieces`.
 */
export function* mergePairs(
  words: readonly CountedPieces[],
  pieces: string[],
  minFrequency: number,
): Generator<string> {
  const numbers = new Map(pieces.map((piece, number) => [piece, number]));
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const changeAll = (word: number, sign: 1 | -1): void => {
    const { symbols, count } = words[word];
    for (let i = 1; i < symbols.length; i++) {
      const pair = symbols[i - 1] * PAIR + symbols[i];
      const total = (counts.get(pair) ?? 0) + sign * count;
      if (total > 0) counts.set(pair, total);
      else counts.delete(pair);
      const where = places.get(pair);
      if (where) where.add(word);
      else places.set(pair, new Set([word]));
    }
  };
  for (let word = 0; word < words.length; word++) changeAll(word, 1);
  for (;;) {
    let best = -1;
    let most = 0;
    for (const [pair, count] of counts) {
      if (count > most || (count === most && pair < best)) {
        best = pair;
        most = count;
      }
    }
    if (most < minFrequency) return;
    const [a, b] = [Math.floor(best / PAIR), best % PAIR];
    const merged = pieces[a] + pieces[b].slice(CONTINUING.length);
    let number = numbers.get(merged);
    if (number === undefined) {
      number = pieces.push(merged) - 1;
      numbers.set(merged, number);
    }
    for (const word of places.get(best) ?? []) {
      changeAll(word, -1);
      words[word].symbols = mergeIn(words[word].symbols, a, b, number);
      changeAll(word, 1);
    }
    places.delete(best);
    yield merged;
  }
}

function mergeIn(symbols: readonly number[], a: number, b: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === a && symbols[i + 1] === b) {
      result.push(merged);
      i++;
    } else result.push(symbols[i]);
  }
  return result;
}
