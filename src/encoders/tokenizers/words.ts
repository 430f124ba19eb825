import { loadJieba } from '../../text/jieba.ts';
import { literalAt, nextLiteral } from './literals.ts';
import { type NormalizerOptions, normalize } from './normalize.ts';
import { isHan, isWhitespace } from './unicode.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { WordPieces } from './wordpiece.ts';

interface Parts {
  readonly vocabulary: Vocabulary;
  readonly options: NormalizerOptions;
  readonly pieces: WordPieces;
  /** Special tokens that are recognised in texts. */
  readonly literals: readonly string[];
}

/**
 * Returns a function that appends the tokens of a text as RoFormer's tokenizer of `transformers` cuts it: normalized but for
 * blanks around Chinese characters, then into jieba's words without its HMM. A word of the vocabulary is a token; of another,
 * every Chinese character and every run of others is a word for WordPiece.
 */
export function wordScanner({ vocabulary, options, pieces, literals }: Parts) {
  const own: NormalizerOptions = { ...options, tokenizeChineseChars: false };
  const appendPart = (text: string, from: number, to: number): void => {
    const characters = normalize(text, own, from, to);
    const normalized = characters.map(({ code }) => String.fromCodePoint(code)).join('');
    let at = 0;
    for (const word of loadJieba().jieba.cut(normalized, false)) {
      const isKnown = vocabulary.idOf.has(word);
      for (const _ of word) {
        const { code, start, end } = characters[at++];
        const isAlone = !isKnown && isHan(code);
        if (isAlone) pieces.flush();
        if (isKnown || !isWhitespace(code)) pieces.push(code, start, end);
        if (isAlone || (!isKnown && isWhitespace(code))) pieces.flush();
      }
      pieces.flush();
    }
  };
  return (text: string, limit: number): void => {
    for (let from = 0; from < text.length && pieces.out.count < limit; ) {
      const to = nextLiteral(literals, text, from);
      if (to > from) appendPart(text, from, to);
      const literal = literalAt(literals, text, to);
      if (literal) pieces.emit(vocabulary.idOf.get(literal)!, to, to + literal.length);
      from = to + literal.length;
    }
  };
}
