import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { issueText } from '../../ground/issues.ts';
import type { Text } from '../../ground/language.ts';
import { type CustomTokens, customTokens } from './custom.ts';
import { type AddedToken, addedTokenJson } from './pipeline/added.ts';
import type { TokenizerOptions, WordPieceTokenizer } from './tokenizer.ts';
import { TOKENIZER_DEFAULTS } from './tokenizer.ts';
import { plainToken } from './tokenizer_json.ts';
import { createVocabulary, SPECIAL_TOKENS, type SpecialTokens, type Vocabulary } from './vocabulary.ts';

/** A token with a role, alone or with its matching rules. */
const tokenJson = z.union([
  z.string(),
  z.object({
    content: z.string(),
    lstrip: z.literal(false).optional(),
    rstrip: z.literal(false).optional(),
    single_word: z.literal(false).optional(),
  }),
]);
/** An added token: `AddedToken` of `tokenizers`. */
const addedJson = z.union([
  z.string().transform((content) => ({ content })),
  addedTokenJson.omit({ id: true }),
]);
const roles = z.object({
  unk_token: tokenJson.nullish(),
  sep_token: tokenJson.nullish(),
  pad_token: tokenJson.nullish(),
  cls_token: tokenJson.nullish(),
  mask_token: tokenJson.nullish(),
  additional_special_tokens: z.array(tokenJson).nullish(),
  extra_special_tokens: z.union([z.array(tokenJson), z.record(z.string(), tokenJson)]).nullish(),
});
const settings = roles.extend({
  do_lower_case: z.boolean().optional(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().optional(),
  tokenizer_class: z.string().nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), addedJson).nullish(),
});
const addedTokens = z.record(z.string(), z.int().min(0));
const modelConfig = z.object({ model_type: z.unknown(), tokenizer_class: z.string().nullish() });

type Settings = z.infer<typeof settings>;

/** Classes of `transformers` that make a BERT tokenizer of the vocabulary and `tokenizer_config.json`. */
const REBUILDING: readonly string[] = ['Bert', 'Electra', 'DistilBert'].flatMap((name) => [
  `${name}Tokenizer`,
  `${name}TokenizerFast`,
]);
/** The class that cuts texts into words with jieba first, and otherwise rebuilds, too. */
const BY_WORDS = /^RoFormerTokenizer(?:Fast)?$/;
/** Classes that take `tokenizer.json` unchanged. */
const VERBATIM: readonly string[] = ['PreTrainedTokenizerFast', 'TokenizersBackend'];

/** The settings in the files next to a vocabulary. */
export interface CompanionSettings {
  /** Options for a `vocab.txt`. */
  readonly options: Partial<TokenizerOptions>;
  /** Whether the class cuts texts into words first. */
  readonly jiebaWords: boolean;
  /** A `vocab.txt` with the tokens that are added to it. Throws a UserError if their ids do not follow it. */
  extend(vocabulary: Vocabulary): { readonly vocabulary: Vocabulary; readonly custom?: CustomTokens };
  /**
   * Throws a UserError (`tokenizer-config`) if a tokenizer differs from what `transformers` makes of these files:
   * other special or added tokens, another class, or options that `tokenizer.json` contradicts.
   */
  check(tokenizer: WordPieceTokenizer, file: string): void;
}

/** Reads `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`, as far as a folder has them. */
export async function readCompanionSettings(folder: string): Promise<CompanionSettings> {
  const path = (name: string): string => join(folder, name);
  const configFile = path('tokenizer_config.json');
  const config: Settings = (await readJson(configFile, settings)) ?? {};
  const declared = config.tokenizer_class
    ? { name: config.tokenizer_class, file: configFile }
    : { name: await classOfModel(path('config.json')), file: path('config.json') };
  const map = (await readJson(path('special_tokens_map.json'), roles)) ?? {};
  const added = (await readJson(path('added_tokens.json'), addedTokens)) ?? {};
  return {
    jiebaWords: BY_WORDS.test(declared.name ?? ''),
    options: {
      lowercase: config.do_lower_case,
      stripAccents: config.strip_accents ?? undefined,
      tokenizeChineseChars: config.tokenize_chinese_chars,
    },
    extend(vocabulary) {
      const field = config.added_tokens_decoder ? 'added_tokens_decoder' : '';
      const file = field ? configFile : path('added_tokens.json');
      const named = new Set([...namedIn(config), ...namedIn(map)]);
      return extended(vocabulary, addedIn({ config, added, named }), { file, field });
    },
    check(tokenizer, file) {
      const { special } = tokenizer.vocabulary;
      const isVocabulary = !file.endsWith('.json');
      checkClass(declared, isVocabulary);
      if (tokenizer.options.jiebaWords && tokenizer.custom)
        throw unsupported(file, 'added_tokens', {
          en: 'tokens are added to a vocabulary of words',
          zh: '按词切分的词表含附加词元',
        });
      const others = (tokenizer.custom?.tokens ?? []).flatMap(({ special, content }) =>
        special ? [content] : [],
      );
      checkRoles(config, special, { file: configFile, others });
      checkRoles(map, special, { file: path('special_tokens_map.json'), others });
      for (const [id, token] of Object.entries(config.added_tokens_decoder ?? {})) {
        const place = { file: configFile, field: 'added_tokens_decoder' };
        checkAdded(token.content, Number(id), tokenizer, place);
        if ('special' in token) checkMatched(token, tokenizer, place);
      }
      for (const [token, id] of Object.entries(added))
        checkAdded(token, id, tokenizer, { file: path('added_tokens.json'), field: token });
      if (!isVocabulary && !VERBATIM.includes(config.tokenizer_class ?? ''))
        checkOptions(config, tokenizer, file);
    },
  };
}

const contentOf = (token: z.infer<typeof tokenJson>): string =>
  typeof token === 'string' ? token : token.content;

interface Named {
  readonly file: string;
  readonly field: string;
}

const namedIn = ({ additional_special_tokens: more, extra_special_tokens: extra }: Settings): string[] =>
  [more, extra].flatMap((tokens) => Object.values(tokens ?? {}).map(contentOf));

/**
 * What `transformers` adds to a `vocab.txt`, in order of the ids: the tokens of `added_tokens_decoder`, or else of
 * `added_tokens.json`, whose special ones are those named so.
 */
function addedIn({
  config,
  added,
  named,
}: {
  readonly config: Settings;
  readonly added: Readonly<Record<string, number>>;
  readonly named: ReadonlySet<string>;
}): AddedToken[] {
  const { added_tokens_decoder: decoder } = config;
  const tokens = decoder
    ? Object.entries(decoder).map(([id, token]) => ({ ...plainToken(token.content, Number(id)), ...token }))
    : Object.entries(added).map(([content, id]) => {
        const special = named.has(content) || Object.values(SPECIAL_TOKENS).includes(content);
        return { ...plainToken(content, id), normalized: !special, special };
      });
  return tokens.toSorted((a, b) => a.id - b.id);
}

function extended(vocabulary: Vocabulary, added: readonly AddedToken[], { file, field }: Named) {
  const { tokens, special, ids, idOf } = vocabulary;
  const roles = new Set<string>(Object.values(special));
  const custom = customTokens(added, { roles, idOf }, ({ id, content }) => ({
    file,
    field: field ? `${field}.${id}` : content,
  }));
  if (!custom) return { vocabulary };
  const known = new Set(added.map(({ content }) => content));
  const missing = (Object.keys(ids) as (keyof SpecialTokens)[])
    .filter((role) => !known.has(special[role]))
    .map((role) => plainToken(special[role], ids[role]));
  const all = [...custom.tokens, ...missing].toSorted((a, b) => a.id - b.id);
  const own = createVocabulary([...tokens, ...custom.beyond], special, file);
  return { vocabulary: own, custom: { tokens: all, beyond: custom.beyond } };
}

/** The class that `transformers` uses for a model whose `tokenizer_config.json` names none. */
async function classOfModel(file: string): Promise<string | undefined> {
  const model = await readJson(file, modelConfig);
  return model?.tokenizer_class ?? (model?.model_type === 'roformer' ? 'RoFormerTokenizer' : undefined);
}

interface DeclaredClass {
  readonly name: string | undefined;
  readonly file: string;
}

function checkClass({ name, file }: DeclaredClass, isVocabulary: boolean): void {
  if (!name || REBUILDING.includes(name) || BY_WORDS.test(name) || (!isVocabulary && VERBATIM.includes(name)))
    return;
  throw unsupported(file, 'tokenizer_class', {
    en: `the tokenizer ${name} is not that of BERT`,
    zh: `分词器 ${name} 不是 BERT 分词器`,
  });
}

function checkRoles(
  given: z.infer<typeof roles>,
  special: SpecialTokens,
  { file, others }: { readonly file: string; readonly others: readonly string[] },
): void {
  for (const role of ['unk', 'sep', 'pad', 'cls', 'mask'] as const) {
    const token = given[`${role}_token`];
    if (token && contentOf(token) !== special[role])
      throw unsupported(file, `${role}_token`, {
        en: `${contentOf(token)} instead of ${special[role]}`,
        zh: `${contentOf(token)} 与 ${special[role]} 不一致`,
      });
  }
  const known = new Set<string>([...Object.values(special), ...others]);
  for (const field of ['additional_special_tokens', 'extra_special_tokens'] as const) {
    const other = Object.values(given[field] ?? {})
      .map(contentOf)
      .find((token) => !known.has(token));
    if (other !== undefined) throw unsupported(file, field, noRole(other));
  }
}

const noRole = (token: string): Text => ({
  en: `the special token ${JSON.stringify(token)} is not among the added tokens`,
  zh: `特殊词元 ${JSON.stringify(token)} 不在附加词元之中`,
});

function checkAdded(
  token: string,
  id: number,
  { vocabulary, custom }: WordPieceTokenizer,
  { file, field }: Named,
): void {
  const isKnown =
    Object.values(vocabulary.special).includes(token) || custom?.tokens.some((one) => one.content === token);
  if (!isKnown)
    throw unsupported(file, field, {
      en: `the tokenizer lacks the added token ${JSON.stringify(token)}`,
      zh: `分词器缺少附加词元 ${JSON.stringify(token)}`,
    });
  const own = vocabulary.idOf.get(token);
  if (own !== id)
    throw unsupported(file, field, {
      en: `${token} has the id ${id}, in the vocabulary ${own}`,
      zh: `${token} 的编号为 ${id}，词表中为 ${own}`,
    });
}

/** `transformers` adds a token again that is matched otherwise in `tokenizer.json`. */
function checkMatched(
  token: Omit<AddedToken, 'id'>,
  { vocabulary, custom }: WordPieceTokenizer,
  { file, field }: Named,
): void {
  const { content } = token;
  const id = vocabulary.idOf.get(content)!;
  const own = custom?.tokens.find((one) => one.content === content) ?? plainToken(content, id);
  const other = (['single_word', 'lstrip', 'rstrip', 'normalized', 'special'] as const).find(
    (flag) => own[flag] !== token[flag],
  );
  if (other === undefined) return;
  throw unsupported(file, field, {
    en: `${other} of ${JSON.stringify(content)} is ${token[other]}, in tokenizer.json ${own[other]}`,
    zh: `${JSON.stringify(content)} 的 ${other} 为 ${token[other]}，tokenizer.json 中为 ${own[other]}`,
  });
}

/** `transformers` rebuilds the normalizer from `tokenizer_config.json`, `tokenizers` uses that of `tokenizer.json`. */
function checkOptions(config: Settings, { options }: WordPieceTokenizer, file: string): void {
  const lowercase = config.do_lower_case ?? true;
  const expected: readonly [keyof TokenizerOptions, string, unknown][] = [
    ['lowercase', 'normalizer.lowercase', lowercase],
    ['stripAccents', 'normalizer.strip_accents', config.strip_accents ?? lowercase],
    [
      'tokenizeChineseChars',
      'normalizer.handle_chinese_chars',
      !options.jiebaWords && (config.tokenize_chinese_chars ?? true),
    ],
    ['cleanText', 'normalizer.clean_text', true],
    ['maxCharactersPerWord', 'model.max_input_chars_per_word', TOKENIZER_DEFAULTS.maxCharactersPerWord],
  ];
  for (const [option, field, value] of expected) {
    if (options[option] === value) continue;
    throw unsupported(file, field, {
      en: `${options[option]}, but with tokenizer_config.json transformers reads ${value}`,
      zh: `值为 ${options[option]}，而 transformers 按 tokenizer_config.json 读作 ${value}`,
    });
  }
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file);
    const why = error.message;
    throw new UserError('not-json', { en: `Not JSON: ${why}`, zh: `不是有效的 JSON：${why}` }, { file });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError('tokenizer-config', issueText(issue), { file, field: issue.path.join('.') });
}

const unsupported = (file: string, field: string, why: Text): UserError =>
  new UserError(
    'tokenizer-config',
    { en: `The tokenizer cannot be read as it is: ${why.en}`, zh: `无法按原样读取分词器：${why.zh}` },
    {
      file,
      field,
      hint: {
        en: 'Supported is a BERT tokenizer whose files agree; a folder with vocab.txt and a matching tokenizer_config.json is sufficient.',
        zh: '仅支持各文件一致的 BERT 分词器；目录中有 vocab.txt 与相应的 tokenizer_config.json 即可。',
      },
    },
  );
