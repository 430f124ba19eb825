import { createCharacterTable, KIND, PAYLOAD } from './characters.ts';
import { type CustomTokens, customScanner } from './custom.ts';
import { bertFrame, createEncoders, type Frame } from './frame.ts';
import { literalAt, nextLiteral } from './literals.ts';
import { type NormalizerOptions, normalize } from './normalize.ts';
import type { Vocabulary } from './vocabulary.ts';
import { createWordPieces, type WordPieces } from './wordpiece.ts';
import { wordScanner } from './words.ts';

/** How a text is cut into tokens. */
export interface TokenizerOptions extends NormalizerOptions {
  /**
   * What a literal `[UNK]`, `[SEP]`… in a text is. `as-token` (default): that token, as in the reference, whose
   * ids it takes to use a pretrained model as it was trained; a text can then forge a separator. `as-text`: five
   * or so ordinary WordPieces (`[`, `un`, `##k`, `]`).
   */
  readonly specialTokensInText: 'as-token' | 'as-text';
  /** A word of more characters becomes one unknown token (default 100). */
  readonly maxCharactersPerWord: number;
  /** Whether jieba's words are tokens where the vocabulary has them, as in RoFormer (default false). */
  readonly jiebaWords: boolean;
}

export const TOKENIZER_DEFAULTS: TokenizerOptions = {
  cleanText: true,
  tokenizeChineseChars: true,
  stripAccents: true,
  lowercase: true,
  specialTokensInText: 'as-token',
  maxCharactersPerWord: 100,
  jiebaWords: false,
};

/** The tokens of a text, without special ones around it. All arrays have one entry per token. */
export interface Tokens {
  readonly ids: Int32Array;
  /** First UTF-16 code unit in the original text. */
  readonly starts: Int32Array;
  /** One past the last UTF-16 code unit in the original text. */
  readonly ends: Int32Array;
}

/** The input of a BERT: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, framed by the tokenizer's own special tokens. These have start = end = 0. */
export interface Encoding extends Tokens {
  /** Token types: of BERT 0 for the first text with its `[CLS]` and `[SEP]` and 1 for the second; of others it may be 0 for both. */
  readonly types: Int32Array;
}

/** The interface of all tokenizers. */
interface Reader {
  readonly vocabulary: Vocabulary;
  /** The special tokens around one text and two. */
  readonly frame: Frame;
  /** All tokens of a text; or at least its first `limit` and not many more. */
  tokenize(text: string, limit?: number): Tokens;
  /** One text of at most `maxLength` tokens, special ones counted: the end is cut off. */
  encode(text: string, maxLength?: number): Encoding;
  /** Two texts of at most `maxLength` tokens in all, truncated by `longestFirst`. */
  encodePair(first: string, second: string, maxLength?: number): Encoding;
  /** A token as shown to people. */
  textOf(id: number): string;
  /** The same tokenizer, with special tokens written out in a text read as tokens or as text. */
  reading(specialTokensInText: TokenizerOptions['specialTokensInText']): Tokenizer;
}

/** BERT's WordPiece, described by its vocabulary and options. */
export interface WordPieceTokenizer extends Reader {
  readonly options: TokenizerOptions;
  /** Tokens that are added to those of BERT; absent if there are none. */
  readonly custom?: CustomTokens;
  readonly files?: undefined;
}

/** A tokenizer that its `tokenizer.json` describes. */
export interface PipelineTokenizer extends Reader {
  readonly options?: undefined;
  /** The files that `transformers` reads it from, by name, as they were read. */
  readonly files: ReadonlyMap<string, string>;
}

/** Turns texts into ids. Not to be shared between threads. */
export type Tokenizer = WordPieceTokenizer | PipelineTokenizer;

/**
 * BERT's WordPiece tokenizer. Ids equal those of the Rust `tokenizers` with the same vocabulary and options;
 * offsets count UTF-16 code units of the original text. `custom` are tokens that are extracted from a text before it is split.
 * Not to be shared between threads.
 *
 * @example
 * ```ts
 * import { createTokenizer, createVocabulary } from 'chineseblue/encoders';
 *
 * const vocabulary = createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '头', '痛']);
 * const tokenizer = createTokenizer(vocabulary);
 * const { ids, starts } = tokenizer.encode('头很痛');
 * Array.from(ids); // [2, 5, 1, 6, 3]
 * Array.from(starts); // [0, 0, 1, 2, 0]
 * ```
 */
export function createTokenizer(
  vocabulary: Vocabulary,
  choices: Partial<TokenizerOptions> = {},
  custom?: CustomTokens,
): WordPieceTokenizer {
  const given = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
  const stripAccents = choices.stripAccents ?? choices.lowercase ?? TOKENIZER_DEFAULTS.stripAccents;
  const options: TokenizerOptions = { ...TOKENIZER_DEFAULTS, stripAccents, ...given };
  const asToken = options.specialTokensInText === 'as-token';
  const pieces = createWordPieces(
    custom ? without(vocabulary, custom.beyond) : vocabulary,
    options.maxCharactersPerWord,
  );
  const literals = asToken && !custom ? Object.values(vocabulary.special) : [];
  const table = createCharacterTable(options, pieces.single, literals);
  const parts = { vocabulary, options, pieces, table, literals };
  const plain = options.jiebaWords ? wordScanner(parts) : createScanner(parts);
  const scan = custom
    ? customScanner(
        custom.tokens.filter(({ special }) => asToken || !special),
        { options, pieces, scan: plain, add: normalizedActor(parts) },
      )
    : plain;
  const frame = bertFrame(vocabulary.ids);
  return {
    ...{ vocabulary, options, custom, frame },
    ...createEncoders({ out: pieces.out, frame, clear: () => pieces.drop(0), scan }),
    textOf: (id) => vocabulary.tokens[id],
    reading: (specialTokensInText) =>
      createTokenizer(vocabulary, { ...options, specialTokensInText }, custom),
  };
}

/** The vocabulary whose words are never cut into these tokens. */
const without = (vocabulary: Vocabulary, tokens: ReadonlySet<string>): Vocabulary => ({
  ...vocabulary,
  tokens: vocabulary.tokens.map((token) => (tokens.has(token) ? '' : token)),
});

interface ScannerParts {
  readonly vocabulary: Vocabulary;
  readonly options: TokenizerOptions;
  readonly pieces: WordPieces;
  readonly table: ReturnType<typeof createCharacterTable>;
  /** Special tokens that are recognised in texts. */
  readonly literals: readonly string[];
}

/** Returns a function that processes a character by its entry in the table. */
function createActor({ pieces, table }: ScannerParts) {
  return function act(action: number, start: number, end: number): void {
    const payload = action & PAYLOAD;
    switch (action >>> 24) {
      case KIND.word:
        pieces.push(payload, start, end);
        break;
      case KIND.alone:
        pieces.flush();
        pieces.emit(payload, start, end);
        break;
      case KIND.space:
        pieces.flush();
        break;
      case KIND.several:
        for (const part of table.several[payload]) act(part, start, end);
        break;
    }
  };
}

/** Returns a function that adds a character of normalized text. */
function normalizedActor(parts: ScannerParts) {
  const act = createActor(parts);
  return (code: number, start: number, end: number): void =>
    act(parts.table.actionOfNormalized(code), start, end);
}

/** Returns a function that appends the tokens of a text to `pieces.out`, until its count is `limit` or a little more. */
function createScanner(parts: ScannerParts) {
  const { vocabulary, options, pieces, table, literals } = parts;
  const out = pieces.out;
  const act = createActor(parts);

  return (text: string, limit: number): void => {
    let segment = 0;
    let segmentCount = out.count;
    const startSegment = (at: number): void => {
      segment = at;
      segmentCount = out.count;
    };
    for (let i = 0; i < text.length && out.count < limit; ) {
      const unit = text.charCodeAt(i);
      let action = table.units[unit];
      let end = i + 1;
      if (action >>> 24 === KIND.alone) {
        pieces.flush();
        pieces.emit(action & PAYLOAD, i, end);
        i = end;
        continue;
      }
      if (action >>> 24 === KIND.look) {
        const literal = literalAt(literals, text, i);
        if (literal) {
          pieces.flush();
          pieces.emit(vocabulary.idOf.get(literal)!, i, i + literal.length);
          i += literal.length;
          startSegment(i);
          continue;
        }
        const code = text.codePointAt(i)!;
        if (code > 0xffff) end++;
        action = table.actionOf(code);
      }
      if (action >>> 24 === KIND.reordered) {
        pieces.drop(segmentCount);
        i = nextLiteral(literals, text, segment);
        for (const { code, start, end } of normalize(text, options, segment, i)) {
          act(table.actionOfNormalized(code), start, end);
        }
        pieces.flush();
        startSegment(i);
        continue;
      }
      act(action, i, end);
      i = end;
    }
    pieces.flush();
  };
}
