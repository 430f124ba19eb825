import type { QuotedSpan } from '../../../text/quotes.ts';
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
