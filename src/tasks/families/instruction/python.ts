/** The characters that `str.strip` of Python removes, which differ from those of `trim`. */
const BLANK = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const ENDS = new RegExp(`^${BLANK}|${BLANK}$`, 'g');

/** A text without white space at its ends, as defined by Python. */
export const strip = (text: string): string => text.replaceAll(ENDS, '');

/** The parts of a text between full-width commas, without the empty ones. */
export const listedIn = (text: string): string[] =>
  text
    .split('，')
    .map(strip)
    .filter((part) => part !== '');

type Literal = string | readonly Literal[];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };
const TOKEN = /\s*(?:([[\](),])|'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)")\s*/uy;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/gu;

const unescaped = (text: string): string =>
  text.replaceAll(ESCAPE, (whole, u?: string, x?: string, one = '') => {
    const code = u ?? x;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return ESCAPES[one] ?? (/['"\\]/.test(one) ? one : whole);
  });

/** A list or tuple of Python, of strings and of lists; undefined for anything else, which is never evaluated. */
export function readPythonList(source: string): readonly Literal[] | undefined {
  const open: { readonly items: Literal[]; readonly end: string }[] = [];
  /** Whether a comma or the beginning of a list is before. */
  let isDue = true;
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [, mark, single, double] = TOKEN.exec(source) ?? [];
    const text = single ?? double;
    const inner = open.at(-1);
    if (mark === '[' || mark === '(') {
      if (!isDue) return undefined;
      open.push({ items: [], end: mark === '[' ? ']' : ')' });
    } else if (inner === undefined) return undefined;
    else if (text !== undefined) {
      if (!isDue) return undefined;
      inner.items.push(unescaped(text));
      isDue = false;
    } else if (mark === ',') {
      if (isDue) return undefined;
      isDue = true;
    } else if (mark === inner.end) {
      open.pop();
      const outer = open.at(-1);
      if (!outer) return TOKEN.lastIndex === source.length ? inner.items : undefined;
      outer.items.push(inner.items);
      isDue = false;
    } else return undefined;
  }
  return undefined;
}
