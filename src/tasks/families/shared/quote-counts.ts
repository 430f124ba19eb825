import type { QuotedSpan, QuoteFinder } from '../../../text/quotes.ts';
import type { QuoteCounts } from '../asking.ts';

/** Counts the quotes of one answer. */
export interface QuoteTally {
  readonly counts: QuoteCounts;
  /** A quote that was found here. */
  found(span: QuotedSpan): void;
  add(what: 'unaligned' | 'ambiguous' | 'duplicate' | 'conflicting'): void;
}

export function tallyQuotes(): QuoteTally {
  const counts = { aligned: 0, folded: 0, unaligned: 0, ambiguous: 0, duplicate: 0, conflicting: 0 };
  return {
    counts,
    found: ({ folded }) => void counts[folded ? 'folded' : 'aligned']++,
    add: (what) => void counts[what]++,
  };
}

/** A quoted term in the spelling of the text; one that is not in the text stays as it was answered. Either is counted. */
export function spelledAs(
  text: string,
  { occurrences }: QuoteFinder,
  tally: QuoteTally,
): (term: string) => string {
  return (term) => {
    const [span] = occurrences(term);
    if (!span) {
      tally.add('unaligned');
      return term;
    }
    tally.found(span);
    return text.slice(span.start, span.end);
  };
}
