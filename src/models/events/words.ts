import type { ClinicalEvent } from '../../tasks/families/event/types.ts';

/** Words that stand for a part of an event. */
export interface Words {
  readonly cores: readonly string[];
  readonly characters: readonly string[];
  readonly anatomy: readonly string[];
}

/** A text with its events. */
export interface KnownText {
  readonly text: string;
  readonly events: readonly ClinicalEvent[];
}

/** Words with the same meaning wherever they occur: that of at least `purity` of the training texts that contain them. */
export const learnWords = (known: readonly KnownText[], purity: number): Words => ({
  cores: pureWords(known, purity, ({ core }) => [core]),
  characters: pureWords(known, purity, ({ characters }) => characters),
  anatomy: pureWords(known, purity, ({ anatomy }) => anatomy),
});

function pureWords(
  known: readonly KnownText[],
  purity: number,
  wordsOf: (event: ClinicalEvent) => readonly string[],
): string[] {
  const meant = new Map<string, number>();
  for (const { text, events } of known) {
    const own = new Set(events.flatMap(wordsOf).filter((word) => word !== '' && text.includes(word)));
    for (const word of own) meant.set(word, (meant.get(word) ?? 0) + 1);
  }
  return [...meant]
    .filter(([word, count]) => count >= purity * known.filter(({ text }) => text.includes(word)).length)
    .map(([word]) => word)
    .sort();
}

/** A word at its place, UTF-16 code units, `end` exclusive. */
export interface Match {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Finds words in texts: the longest at each place, from the left, none over another or over `taken` places. */
export function createMatcher(words: readonly string[]): (text: string, taken?: readonly Match[]) => Match[] {
  const known = new Set(words);
  const lengths = [...new Set(words.map(({ length }) => length))].sort((a, b) => b - a);
  return (text, taken = []) => {
    const found: Match[] = [];
    for (let at = 0; at < text.length; ) {
      const length = lengths.find((one) => {
        const fits = known.has(text.slice(at, at + one)) && at + one <= text.length;
        return fits && !taken.some(({ start, end }) => at < end && start < at + one);
      });
      if (length !== undefined)
        found.push({ word: text.slice(at, at + length), start: at, end: at + length });
      at += length ?? 1;
    }
    return found;
  };
}
