const HAN =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
const REMOVED = /[\ufffd]|(?![\t\n\r])\p{C}/gu;
const BLANKS = /[\t\n\r\p{Zs}\u2028\u2029]+/u;
const PUNCTUATION = /[!-/:-@[-`{-~]|\p{P}/gu;

/**
 * The words of a text as the `BasicTokenizer` of transformers finds them, with its defaults: every Chinese character and every
 * punctuation mark is a word, others are in lower case and without accents.
 */
export const basicWords = (text: string): string[] =>
  text
    .replaceAll(REMOVED, '')
    .replaceAll(HAN, ' $& ')
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(PUNCTUATION, ' $& ')
    .split(BLANKS)
    .filter((word) => word !== '');
