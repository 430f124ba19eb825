import { type NormalizerOptions, normalize } from '../encoders/tokenizers/normalize.ts';
import { TOKENIZER_DEFAULTS } from '../encoders/tokenizers/tokenizer.ts';
import { isHan, isPunctuation, isWhitespace } from '../encoders/tokenizers/unicode.ts';
import { SPECIAL_TOKENS } from '../encoders/tokenizers/vocabulary.ts';
import { UserError } from '../ground/errors.ts';

export interface VocabularyOptions {
  /** Tokens in all, special ones counted; fewer where the text has no more pairs worth merging. */
  readonly size: number;
  /** Characters and pairs that occur less often get no token of their own. */
  readonly minFrequency: number;
  readonly normalizer: NormalizerOptions;
}

export const VOCABULARY_DEFAULTS: VocabularyOptions = {
  size: 8000,
  minFrequency: 2,
  normalizer: TOKENIZER_DEFAULTS,
};

const CONTINUING = '##';
/** Longer words are addresses and other noise. */
const LONGEST_WORD = 50;

/** Words of texts, counted as BERT cuts them: a Chinese character and a punctuation mark are words of their own. */
export interface WordCounter {
  add(text: string): void;
  readonly words: ReadonlyMap<string, number>;
}

export function createWordCounter(normalizer: NormalizerOptions = TOKENIZER_DEFAULTS): WordCounter {
  const words = new Map<string, number>();
  const count = (word: string): void => {
    words.set(word, (words.get(word) ?? 0) + 1);
  };
  /** Chinese text is mostly characters that stand alone: they need no normalizing, everything between does. */
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

/**
 * The tokens of a WordPiece vocabulary in order of their ids: `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`, the
 * characters in order of code points, those inside words with `##` once more, then merged pieces as they were found:
 * always the pair that is most frequent in the counted words, of equal ones the one with the smaller ids. This is what
 * Rust `tokenizers`' WordPieceTrainer does, but for ties, which it breaks by chance. Where there is no room for all characters the rarer are left out.
 * Throws a UserError (`vocabulary-size`, `corpus-empty`).
 */
export function buildVocabulary(
  words: ReadonlyMap<string, number>,
  choices: Partial<VocabularyOptions> = {},
): string[] {
  const { size, minFrequency } = { ...VOCABULARY_DEFAULTS, ...choices };
  const { pad, unk, cls, sep, mask } = SPECIAL_TOKENS;
  const special = [pad, unk, cls, sep, mask];
  if (!(Number.isInteger(size) && size > special.length)) {
    throw new UserError('vocabulary-size', `A vocabulary of ${size} tokens cannot be`, {
      hint: 'A few thousand hold the common Chinese characters.',
    });
  }
  if (words.size === 0) {
    throw new UserError('corpus-empty', 'There is no text to take a vocabulary from', {
      hint: 'Build a corpus with some Chinese sentences: `chineseblue corpus build IN… --out DIR`.',
    });
  }
  const alphabet = chooseAlphabet(words, size - special.length, minFrequency);
  const tokens = [...special, ...alphabet];
  const numbers = new Map(alphabet.map((symbol, number) => [symbol, number]));
  const counted = [...words]
    .map(([word, count]) => ({ symbols: symbolsOf(word).map((symbol) => numbers.get(symbol) ?? -1), count }))
    .filter(({ symbols }) => symbols.length > 1 && !symbols.includes(-1));
  const known = new Set(tokens);
  for (const merged of mergePairs(counted, [...alphabet], minFrequency)) {
    if (tokens.length >= size) break;
    if (known.has(merged)) continue;
    known.add(merged);
    tokens.push(merged);
  }
  return tokens;
}

function symbolsOf(word: string): string[] {
  const characters = [...word];
  if (characters.length > LONGEST_WORD) return [];
  return characters.map((character, i) => (i === 0 ? character : CONTINUING + character));
}

/** The most frequent single symbols that fit, in order of code points. */
function chooseAlphabet(words: ReadonlyMap<string, number>, room: number, minFrequency: number): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const symbol of symbolsOf(word)) {
      counts.set(symbol, (counts.get(symbol) ?? 0) + count);
      // A character that was only seen inside words may begin one elsewhere.
      const alone = symbol.slice(CONTINUING.length);
      if (symbol.startsWith(CONTINUING) && alone !== '') counts.set(alone, (counts.get(alone) ?? 0) + count);
    }
  }
  const chosen = [...counts]
    .filter(([, count]) => count >= minFrequency)
    .sort(([a, m], [b, n]) => n - m || compare(a, b))
    .slice(0, room);
  const symbols = chosen.map(([symbol]) => symbol).sort(compare);
  const continues = (symbol: string): boolean =>
    symbol.startsWith(CONTINUING) && symbol.length > CONTINUING.length;
  return [...symbols.filter((symbol) => !continues(symbol)), ...symbols.filter(continues)];
}

/** By code points. */
function compare(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < x.length && i < y.length; i++) {
    if (x[i] !== y[i]) return x[i].codePointAt(0)! - y[i].codePointAt(0)!;
  }
  return x.length - y.length;
}

interface CountedPieces {
  /** Numbers of the pieces that make the word. */
  symbols: number[];
  readonly count: number;
}

/** Two piece numbers as one. */
const PAIR = 0x4000000;

/** Merges the most frequent pair again and again, and yields what came of it, until no pair is frequent enough. */
function* mergePairs(
  words: readonly CountedPieces[],
  pieces: string[],
  minFrequency: number,
): Generator<string> {
  const numbers = new Map(pieces.map((piece, number) => [piece, number]));
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const changeAll = (word: number, sign: 1 | -1): void => {
    const { symbols, count } = words[word];
    for (let i = 1; i < symbols.length; i++) {
      const pair = symbols[i - 1] * PAIR + symbols[i];
      const total = (counts.get(pair) ?? 0) + sign * count;
      if (total > 0) counts.set(pair, total);
      else counts.delete(pair);
      const where = places.get(pair);
      if (where) where.add(word);
      else places.set(pair, new Set([word]));
    }
  };
  for (let word = 0; word < words.length; word++) changeAll(word, 1);
  for (;;) {
    let best = -1;
    let most = 0;
    for (const [pair, count] of counts) {
      if (count > most || (count === most && pair < best)) {
        best = pair;
        most = count;
      }
    }
    if (most < minFrequency) return;
    const [a, b] = [Math.floor(best / PAIR), best % PAIR];
    const merged = pieces[a] + pieces[b].slice(CONTINUING.length);
    let number = numbers.get(merged);
    if (number === undefined) {
      number = pieces.push(merged) - 1;
      numbers.set(merged, number);
    }
    for (const word of places.get(best) ?? []) {
      changeAll(word, -1);
      words[word].symbols = mergeIn(words[word].symbols, a, b, number);
      changeAll(word, 1);
    }
    places.delete(best);
    yield merged;
  }
}

function mergeIn(symbols: readonly number[], a: number, b: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === a && symbols[i + 1] === b) {
      result.push(merged);
      i++;
    } else result.push(symbols[i]);
  }
  return result;
}
