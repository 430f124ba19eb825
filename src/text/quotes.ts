/**
 * Verbatim quotes and where they stand in a text. A language model cannot count characters, so it is prompted for words of the
 * text, never for offsets. Nothing is matched approximately: a quote is in the text, is there after folding, or is not.
 */

/** Where a quote stands: UTF-16 offsets into the text, `end` exclusive. */
export interface QuotedSpan {
  readonly start: number;
  readonly end: number;
  /** Found only after width, letter case and white space were folded. */
  readonly folded: boolean;
}

/** The occurrences of quotes in one text. */
export interface QuoteFinder {
  /**
   * Every occurrence from left to right, not overlapping each other: of the exact quote, else after folding. Empty
   * for a quote that is not in the text, and for one of white space.
   */
  occurrences(quote: string): readonly QuotedSpan[];
}

const SPACE = /\s/u;

interface Folded {
  readonly text: string;
  /** Code units of the original text, for every code unit of the folded one: where its character begins and ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Width (NFKC of each character), letter case and white space folded away. */
function fold(text: string): Folded {
  const starts: number[] = [];
  const ends: number[] = [];
  let folded = '';
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    if (!SPACE.test(character)) {
      const form = character.normalize('NFKC').toLowerCase().replaceAll(/\s/gu, '');
      for (let unit = 0; unit < form.length; unit++) {
        starts.push(at);
        ends.push(end);
      }
      folded += form;
    }
    at = end;
  }
  return { text: folded, starts, ends };
}

/**
 * Finds quotes in a text.
 *
 * @example
 * ```ts
 * const { occurrences } = createQuoteFinder('头痛三天，ＣＴ 检查后头痛');
 * occurrences('头痛').map(({ start }) => start); // [0, 11]
 * occurrences('ct检查'); // [{ start: 5, end: 10, folded: true }]
 * ```
 */
export function createQuoteFinder(text: string): QuoteFinder {
  let form: Folded | undefined;
  return {
    occurrences(quote) {
      const exact = quote.trim() === '' ? [] : findAll(text, quote);
      if (exact.length > 0)
        return exact.map((start) => ({ start, end: start + quote.length, folded: false }));
      form ??= fold(text);
      return findFolded(form, fold(quote).text);
    },
  };
}

function findAll(text: string, quote: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + quote.length)) found.push(at);
  return found;
}

/** Only whole characters of the original are quoted: `g` is not a quote of `㎎`, whose folded form is `mg`. */
function findFolded({ text, starts, ends }: Folded, quote: string): QuotedSpan[] {
  const found: QuotedSpan[] = [];
  if (quote === '') return found;
  let at = text.indexOf(quote);
  while (at >= 0) {
    const last = at + quote.length - 1;
    const whole =
      (at === 0 || starts[at - 1] !== starts[at]) &&
      (last + 1 === starts.length || starts[last + 1] !== starts[last]);
    if (whole) found.push({ start: starts[at], end: ends[last], folded: true });
    at = text.indexOf(quote, whole ? last + 1 : at + 1);
  }
  return found;
}
