import { expect, it } from 'vitest';
import { basicWords } from './basic-words.ts';

/** What `BasicTokenizer` of transformers 5.23 returns. */
const KNOWN: readonly (readonly [text: string, words: readonly string[]])[] = [
  ['CT检查Café，2.5mg\u3000好…', ['ct', '检', '查', 'cafe', '，', '2', '.', '5mg', '好', '…']],
  ['𠮷野家\u00ad\u200b“A-B”', ['𠮷', '野', '家', '“', 'a', '-', 'b', '”']],
  ['İΣς \u2028é\u0000\ufffdẞ', ['iσς', 'eß']],
  ['\u3400\uf900ｆｕｌｌ\u3000ｗｉｄｔｈ！', ['\u3400', '\u8c48', 'ｆｕｌｌ', 'ｗｉｄｔｈ', '！']],
  [' \t\n', []],
];

it.each(KNOWN)('%j', (text, words) => {
  expect(basicWords(text)).toEqual(words);
});
