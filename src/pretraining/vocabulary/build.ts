import { SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import { UserError } from '../../ground/errors.ts';
import { VOCABULARY } from '../parameters.ts';
import { CONTINUING, mergePairs } from './merges.ts';

export interface VocabularyOptions {
  /** Total number of tokens, special ones included; fewer where the text has no more pairs worth merging. */
  readonly size: number;
  /** Characters and pairs that occur less often get no token. */
  readonly minFrequency: number;
}

export const VOCABULARY_DEFAULTS: VocabularyOptions = {
  size: VOCABULARY.vocabSize.default ?? 8000,
  minFrequency: 2,
};

/** Longer words are addresses and other noise. */
const MAX_WORD = 50;

/**
 * The tokens of a WordPiece vocabulary in order of their ids: `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`, the
 * characters in order of code points, those that occur inside words once more with `##`, then merged pieces in order of
 * merging: always the most frequent pair in the counted words. This is what the WordPieceTrainer of Rust `tokenizers`
 * does, except for ties, which it breaks at random. Where there is no room for all characters the rarest are left out.
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
    throw new UserError(
      'vocabulary-size',
      { en: `A vocabulary cannot have ${size} tokens`, zh: `词表大小不能为 ${size}` },
      {
        hint: {
          en: 'A few thousand tokens cover the common Chinese characters.',
          zh: '几千个词元即可覆盖常用汉字。',
        },
      },
    );
  }
  if (words.size === 0) {
    throw new UserError(
      'corpus-empty',
      { en: 'There is no text to build a vocabulary from', zh: '没有可用于构建词表的文本' },
      {
        hint: {
          en: 'Build a corpus with Chinese sentences: `chineseblue corpus build IN… --out DIR`.',
          zh: '请用中文文本构建语料：`chineseblue corpus build IN… --out DIR`。',
        },
      },
    );
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
  if (characters.length > MAX_WORD) return [];
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
