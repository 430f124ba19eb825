import { type NormalizerOptions, normalize } from '../../encoders/tokenizers/normalize.ts';
import { TOKENIZER_DEFAULTS } from '../../encoders/tokenizers/tokenizer.ts';
import { isHan, isPunctuation, isWhitespace } from '../../encoders/tokenizers/unicode.ts';

/** Counts words as BERT splits them: every Chinese character and punctuation mark is a word. */
export interface WordCounter {
  add(text: string): void;
  readonly words: ReadonlyMap<string, number>;
}

export function createWordCounter(normalizer: NormalizerOptions = TOKENIZER_DEFAULTS): WordCounter {
  const words = new Map<string, number>();
  const count = (word: string): void => {
    words.set(word, (words.get(word) ?? 0) + 1);
  };
  /** Counts text that needs normalization: everything between Chinese characters. */
  const addOther = (text: string): void => {
    let word = '';
    for (const { code } of normalize(text, normalizer)) {
      const apart =
        isWhitespace(code) || isPunctuation(code) || (normalizer.tokenizeChineseChars && isHan(code));
      if (!apart) {
        word += String.fromCodePoint(code);
        continue;
      }
      if (word !== '') count(word);
      word = '';
      if (!isWhitespace(code)) count(String.fromCodePoint(code));
    }
    if (word !== '') count(word);
  };
  return {
    words,
    add(text) {
      let from = 0;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        // Compatibility ideographs change under normalization; the common blocks do not.
        const isPlain = normalizer.tokenizeChineseChars && unit >= 0x3400 && unit <= 0x9fff && isHan(unit);
        if (!isPlain) continue;
        if (i > from) addOther(text.slice(from, i));
        count(text[i]);
        from = i + 1;
      }
      if (from < text.length) addOther(text.slice(from));
    },
  };
}
