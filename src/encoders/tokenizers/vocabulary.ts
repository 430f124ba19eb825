import { readFile } from 'node:fs/promises';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';

/** The tokens with a role, by role. */
export interface SpecialTokens {
  readonly unk: string;
  readonly sep: string;
  readonly pad: string;
  readonly cls: string;
  readonly mask: string;
}

export const SPECIAL_TOKENS: SpecialTokens = {
  unk: '[UNK]',
  sep: '[SEP]',
  pad: '[PAD]',
  cls: '[CLS]',
  mask: '[MASK]',
};

/** The tokens of a model, by id. */
export interface Vocabulary {
  /** By id; as long as the vocabulary is large. */
  readonly tokens: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly special: SpecialTokens;
  /** Ids of the special tokens, by role. */
  readonly ids: Readonly<Record<keyof SpecialTokens, number>>;
}

/**
 * Throws a UserError (`vocab-repeated`) if a token occurs twice: pretrained models may have such a vocabulary, but in a new one
 * the weights of the first occurrence would never be used. Lines count from 1.
 */
export function requireDistinct({ tokens, idOf }: Pick<Vocabulary, 'tokens' | 'idOf'>, file: string): void {
  const id = tokens.findIndex((token, i) => idOf.get(token) !== i);
  if (id < 0) return;
  const [token, again] = [tokens[id], 1 + idOf.get(tokens[id])!];
  throw new UserError(
    'vocab-repeated',
    {
      en: `The token "${token}" occurs twice: as number ${id + 1} and as number ${again}`,
      zh: `词元“${token}”出现了两次：第 ${id + 1} 个与第 ${again} 个`,
    },
    { file, hint: { en: 'Remove one of the two.', zh: '请删去其中一个。' } },
  );
}

/** A vocabulary has to fit the tables of the tokenizer. */
const MAX_TOKENS = 1 << 22;

/**
 * A vocabulary of these tokens, whose ids are their positions. A repeated token has the id of its last occurrence, as in
 * Python `transformers`. Throws a UserError when a special token is missing; `file` is only for its message.
 *
 * @example
 * ```ts
 * import { createVocabulary } from 'chineseblue/encoders';
 *
 * const vocabulary = createVocabulary(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '头', '痛']);
 * vocabulary.idOf.get('痛'); // 6
 * ```
 */
export function createVocabulary(
  tokens: readonly string[],
  special: SpecialTokens = SPECIAL_TOKENS,
  file?: string,
): Vocabulary {
  if (tokens.length > MAX_TOKENS) {
    throw new UserError(
      'vocab-too-large',
      {
        en: `${tokens.length} tokens: at most ${MAX_TOKENS} are supported`,
        zh: `词元数 ${tokens.length} 超过上限 ${MAX_TOKENS}`,
      },
      { file },
    );
  }
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const ids = Object.fromEntries(
    Object.entries(special).map(([role, token]) => {
      const id = idOf.get(token);
      if (id !== undefined) return [role, id];
      throw new UserError(
        'vocab-special-missing',
        { en: `The vocabulary has no ${token}`, zh: `词表中没有 ${token}` },
        {
          file,
          hint: {
            en: 'A BERT vocabulary has one WordPiece per line, including [PAD], [UNK], [CLS], [SEP] and [MASK].',
            zh: 'BERT 词表每行一个 WordPiece，须含 [PAD]、[UNK]、[CLS]、[SEP] 和 [MASK]。',
          },
        },
      );
    }),
  ) as Record<keyof SpecialTokens, number>;
  return { tokens, idOf, special, ids };
}

/**
 * Reads `vocab.txt`: one token per line, without white space at its end, as `tokenizers` does; its id is the line
 * number, from 0. Throws a UserError.
 */
export async function readVocabulary(file: string): Promise<Vocabulary> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (!(error instanceof TypeError)) throw explainFileError(error, file);
    throw new UserError(
      'not-utf8',
      { en: 'The file is not UTF-8', zh: '文件不是 UTF-8 编码' },
      { file, hint: { en: 'A vocab.txt must be UTF-8.', zh: 'vocab.txt 须为 UTF-8 编码。' } },
    );
  }
  return parseVocabulary(text, file);
}

export function parseVocabulary(text: string, file?: string): Vocabulary {
  const lines = text.split('\n').map((line) => line.replace(/\p{White_Space}+$/u, ''));
  if (lines.at(-1) === '') lines.pop();
  return createVocabulary(lines, SPECIAL_TOKENS, file);
}
