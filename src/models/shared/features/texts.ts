import { bothLanguages } from '../../../ground/language.ts';
import type { Text1 } from '../../../tasks/families/shared/types.ts';
import type { Encoder } from './encoder.ts';
import { fitTfidf, openTfidf, packTfidf, type Tfidf, type TfidfOptions, weigh } from './tfidf.ts';

/** One text: TF-IDF of its character n-grams, of length 1. */
export function fitTextEncoder(inputs: readonly Text1[], options: TfidfOptions): Encoder<Text1> {
  return textEncoder(fitTfidf(texts(inputs), options));
}

/** The encoder of what `pack` gave. */
export const openTextEncoder = (
  packed: ReturnType<typeof packTfidf>,
  options: TfidfOptions,
): Encoder<Text1> => textEncoder(openTfidf(packed, options));

function* texts(inputs: readonly Text1[]): Generator<string> {
  for (const { text } of inputs) yield text;
}

function textEncoder(tfidf: Tfidf): Encoder<Text1> {
  return {
    width: tfidf.nodeOf.length,
    encode({ text }, builder) {
      const entries: [column: number, value: number][] = [];
      let square = 0;
      weigh(tfidf, text, (column, value) => {
        entries.push([column, value]);
        square += value * value;
      });
      const length = Math.sqrt(square);
      for (const [column, value] of entries) builder.add(column, value / length);
      builder.endRow();
    },
    name: (column) => bothLanguages(`“${tfidf.trie.ngram(tfidf.nodeOf[column])}”`),
    pack: () => ({ header: { options: tfidf.options }, arrays: packTfidf(tfidf) }),
  };
}
