import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { issueText } from '../../ground/issues.ts';
import type { Text } from '../../ground/language.ts';
import { parseJson } from '../json.ts';
import { type CustomTokens, customTokens } from './custom.ts';
import { type AddedToken, addedTokenJson } from './pipeline/added.ts';
import type { TokenizerOptions, WordPieceTokenizer } from './tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS, type SpecialTokens, type Vocabulary } from './vocabulary.ts';

const CONTINUING = '##';
/** Ids may have gaps, but the table must not be larger than this multiple of the tokens. */
const MAX_SPREAD = 2;

const addedToken = addedTokenJson.extend({ normalized: z.boolean().default(false) });

const specialRow = z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.literal([0, 1]) }) });
const sequenceRow = z.object({
  Sequence: z.object({ id: z.literal(['A', 'B']), type_id: z.literal([0, 1]) }),
});

/** The part of Hugging Face's format that describes a BERT tokenizer; anything else is refused by name. */
const tokenizerJson = z.object({
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean().default(true),
    handle_chinese_chars: z.boolean().default(true),
    strip_accents: z.boolean().nullish(),
    lowercase: z.boolean().default(true),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  post_processor: z
    .union([
      z.object({
        type: z.literal('TemplateProcessing'),
        single: z.array(z.union([specialRow, sequenceRow])),
        pair: z.array(z.union([specialRow, sequenceRow])),
      }),
      z.object({
        type: z.literal('BertProcessing'),
        sep: z.tuple([z.string(), z.int()]),
        cls: z.tuple([z.string(), z.int()]),
      }),
    ])
    .nullish(),
  model: z.object({
    type: z.literal('WordPiece').default('WordPiece'),
    unk_token: z.string().default(SPECIAL_TOKENS.unk),
    continuing_subword_prefix: z.literal(CONTINUING).default(CONTINUING),
    max_input_chars_per_word: z.int().min(1).max(10_000).default(100),
    vocab: z.record(z.string(), z.int().min(0)),
  }),
});

type TokenizerJson = z.infer<typeof tokenizerJson>;

/** Reads the text of a `tokenizer.json` with WordPiece: see `readWordPieceJson`. */
export const parseTokenizerJson = (text: string, file?: string): Described =>
  readWordPieceJson(parseJson(text, file), file);

/** A BERT tokenizer as `createTokenizer` makes it. */
interface Described {
  readonly vocabulary: Vocabulary;
  readonly options: Partial<TokenizerOptions>;
  readonly custom?: CustomTokens;
}

/**
 * Reads a parsed `tokenizer.json` with WordPiece. Truncation and padding in it are left to the caller.
 * Throws a UserError for JSON that is not a BERT tokenizer; it names the field.
 */
export function readWordPieceJson(value: object, file?: string): Described {
  const json = readJson(value, file);
  const { normalizer, model } = json;
  const special = specialTokens(json, file);
  const custom = customTokens(
    json.added_tokens,
    { roles: new Set(Object.values(special)), idOf: new Map(Object.entries(model.vocab)) },
    (_, index) => ({ file, field: `added_tokens.${index}.id` }),
  );
  const tokens = tokensById(json, file);
  return {
    vocabulary: createVocabulary(tokens, special, file),
    options: {
      cleanText: normalizer.clean_text,
      tokenizeChineseChars: normalizer.handle_chinese_chars,
      stripAccents: normalizer.strip_accents ?? normalizer.lowercase,
      lowercase: normalizer.lowercase,
      maxCharactersPerWord: model.max_input_chars_per_word,
      specialTokensInText: json.added_tokens.length > 0 ? 'as-token' : 'as-text',
    },
    custom,
  };
}

/** A special token that is matched verbatim. */
export const plainToken = (content: string, id: number): AddedToken => ({
  ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
});

/** A tokenizer as the object of a `tokenizer.json`, the layout that `transformers` writes. */
export function toTokenizerJson({ vocabulary, options, custom }: WordPieceTokenizer): object {
  const { special, ids } = vocabulary;
  const plain = (Object.keys(ids) as (keyof SpecialTokens)[])
    .map((role) => plainToken(special[role], ids[role]))
    .sort((a, b) => a.id - b.id);
  const asToken = options.specialTokensInText === 'as-token';
  const added = (custom?.tokens ?? plain).filter((token) => asToken || !token.special);
  const cls = { SpecialToken: { id: special.cls, type_id: 0 } };
  const sep = (type: 0 | 1) => ({ SpecialToken: { id: special.sep, type_id: type } });
  const sequence = (id: 'A' | 'B', type: 0 | 1) => ({ Sequence: { id, type_id: type } });
  const named = (role: 'cls' | 'sep') => [
    special[role],
    { id: special[role], ids: [ids[role]], tokens: [special[role]] },
  ];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: options.cleanText,
      handle_chinese_chars: options.tokenizeChineseChars,
      strip_accents: options.stripAccents,
      lowercase: options.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [cls, sequence('A', 0), sep(0)],
      pair: [cls, sequence('A', 0), sep(0), sequence('B', 1), sep(1)],
      special_tokens: Object.fromEntries([named('cls'), named('sep')]),
    },
    decoder: { type: 'WordPiece', prefix: CONTINUING, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: special.unk,
      continuing_subword_prefix: CONTINUING,
      max_input_chars_per_word: options.maxCharactersPerWord,
      vocab: Object.fromEntries(
        [...vocabulary.idOf].filter(([token]) => token !== '' && !custom?.beyond.has(token)),
      ),
    },
  };
}

function readJson(value: object, file?: string): TokenizerJson {
  const result = tokenizerJson.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unsupported(file, issue.path.join('.'), issueText(issue));
}

/** Which token plays which role: the post-processor names `[CLS]` and `[SEP]`, the model `[UNK]`. */
function specialTokens({ post_processor: processor, model }: TokenizerJson, file?: string): SpecialTokens {
  const roles = { ...SPECIAL_TOKENS, unk: model.unk_token };
  if (!processor) return roles;
  if (processor.type === 'BertProcessing') return { ...roles, cls: processor.cls[0], sep: processor.sep[0] };
  const shape = processor.pair.map((row) =>
    'Sequence' in row ? `${row.Sequence.id}:${row.Sequence.type_id}` : `:${row.SpecialToken.type_id}`,
  );
  const names = processor.pair.flatMap((row) => ('SpecialToken' in row ? [row.SpecialToken.id] : []));
  const single = processor.single.map((row) => ('Sequence' in row ? row.Sequence.id : row.SpecialToken.id));
  const [cls, sep] = names;
  const bert =
    shape.join(' ') === ':0 A:0 :0 B:1 :1' && names[2] === sep && single.join(' ') === `${cls} A ${sep}`;
  if (!bert)
    throw unsupported(file, 'post_processor', {
      en: 'the template is not `[CLS] A [SEP] B [SEP]`',
      zh: '模板不是 `[CLS] A [SEP] B [SEP]`',
    });
  return { ...roles, cls, sep };
}

/** Token strings by id; '' where no token has an id, as where an equal token took its place. */
function tokensById({ model, added_tokens: added }: TokenizerJson, file?: string): string[] {
  const ids = new Map([
    ...Object.entries(model.vocab),
    ...added.map(({ content, id }) => [content, id] as const),
  ]);
  let size = 0;
  for (const id of ids.values()) size = Math.max(size, id + 1);
  if (size > MAX_SPREAD * ids.size) {
    throw unsupported(file, 'model.vocab', {
      en: `the ids of ${ids.size} tokens go up to ${size - 1}`,
      zh: `${ids.size} 个词元的编号高达 ${size - 1}`,
    });
  }
  const tokens: string[] = new Array(size).fill('');
  for (const [token, id] of ids) {
    if (tokens[id] !== '')
      throw unsupported(file, 'model.vocab', {
        en: `${tokens[id]} and ${token} have the same id ${id}`,
        zh: `${tokens[id]} 与 ${token} 的编号同为 ${id}`,
      });
    tokens[id] = token;
  }
  return tokens;
}

const unsupported = (file: string | undefined, field: string, why: Text): UserError =>
  new UserError(
    'tokenizer-unsupported',
    { en: `Not a BERT tokenizer: ${why.en}`, zh: `不是 BERT 分词器：${why.zh}` },
    {
      file,
      field,
      hint: {
        en: 'Only WordPiece tokenizers with the BertNormalizer are supported. A vocab.txt alone is sufficient.',
        zh: '仅支持带 BertNormalizer 的 WordPiece 分词器；只有 vocab.txt 也可以。',
      },
    },
  );
