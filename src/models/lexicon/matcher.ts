/** A known word in a text; `end` exclusive, in UTF-16 code units. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

interface Node {
  readonly next: Map<number, Node>;
  word?: string;
}

const WORDLIKE = /[\p{Script=Latin}\p{Nd}]/u;

/**
 * Finds words in a text, leftmost first and of those the longest; matches do not overlap. A match never
 * begins or ends inside a Latin word or a number: `er` is not in `super`.
 */
export function createMatcher(words: Iterable<string>): (text: string) => Match[] {
  const root: Node = { next: new Map() };
  for (const word of words) {
    let node = root;
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i);
      let child = node.next.get(unit);
      if (!child) {
        child = { next: new Map() };
        node.next.set(unit, child);
      }
      node = child;
    }
    if (word !== '') node.word = word;
  }

  const inside = (text: string, at: number): boolean =>
    at > 0 && at < text.length && WORDLIKE.test(text[at - 1]) && WORDLIKE.test(text[at]);

  return (text) => {
    const matches: Match[] = [];
    for (let start = 0; start < text.length; ) {
      let longest: Match | undefined;
      let node: Node | undefined = root.next.get(text.charCodeAt(start));
      if (node && !inside(text, start)) {
        for (let end = start + 1; node; node = node.next.get(text.charCodeAt(end)), end++) {
          if (node.word !== undefined && !inside(text, end)) longest = { start, end, word: node.word };
          if (end >= text.length) break;
        }
      }
      if (longest) matches.push(longest);
      start = longest?.end ?? start + 1;
    }
    return matches;
  };
}
