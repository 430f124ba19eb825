import { dirname } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { makeWhole } from '../../ground/staging.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { createTokenizer, type Tokenizer, type WordPieceTokenizer } from '../tokenizers/tokenizer.ts';
import { createVocabulary } from '../tokenizers/vocabulary.ts';
import type { Tensor } from '../weights/read.ts';
import type { Precision } from '../weights/safetensors_write.ts';
import { loadFolder } from './load.ts';
import { saveFolder } from './save.ts';
import { sentenceFiles } from './sentence-files.ts';

/** The texts to read, and when a token counts as used. */
export interface TrimOptions {
  /** Tokens that occur fewer times in the texts are dropped. Default 1: all that occur are kept. */
  readonly minCount?: number;
  readonly precision?: Precision;
  readonly signal?: AbortSignal;
}

/** The kept part of a vocabulary. */
export interface Trimmed {
  /** Tokens of the vocabulary before and after. */
  readonly before: number;
  readonly after: number;
  /** Values of the weights that were written. */
  readonly parameters: number;
  readonly texts: number;
  /** Tokens of all texts, those that the old vocabulary had as `[UNK]`, and those whose row was dropped. */
  readonly tokens: number;
  readonly unknown: number;
  readonly lost: number;
}

/**
 * Writes an encoder without the word embeddings that the texts do not use: the special and added tokens, printable ASCII
 * characters and whatever occurs at least `minCount` times stay, in their order. WordPiece takes the longest piece that
 * matches, so a text whose pieces all stay is cut as before, and the encoder computes the same from it to the bit. The
 * folder appears whole or not at all. Throws a UserError: `not-wordpiece`, `no-text` if there are no tokens, and those
 * of `loadFolder` and `makeWhole`.
 */
export const trimModel = (
  from: string,
  out: string,
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrimOptions = {},
): Promise<Trimmed> =>
  makeWhole(out, async (staging) => {
    const { config, tensors, tokenizer, file } = await loadFolder(from);
    requireWordPiece(tokenizer, file);
    const counted = await countTokens(tokenizer, texts, options.signal);
    if (counted.tokens === 0) throw noText();
    const ids = keptIds(tokenizer, counted.counts, options.minCount ?? 1, config.padTokenId);
    const model = {
      config: { ...config, vocabSize: ids.length, padTokenId: ids.indexOf(config.padTokenId) },
      tensors: keepRows(config, tensors, ids),
      tokenizer: keepTokens(tokenizer, ids),
    };
    await saveFolder(staging, model, await sentenceFiles(dirname(file)), options.precision);
    const kept = new Set(ids);
    return {
      before: tokenizer.vocabulary.tokens.length,
      after: ids.length,
      parameters: [...model.tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
      texts: counted.texts,
      tokens: counted.tokens,
      unknown: counted.counts[tokenizer.vocabulary.ids.unk],
      lost: counted.counts.reduce((sum, count, id) => (kept.has(id) ? sum : sum + count), 0),
    };
  });

interface Counted {
  readonly texts: number;
  readonly tokens: number;
  /** By id. */
  readonly counts: Float64Array;
}

async function countTokens(
  tokenizer: Tokenizer,
  texts: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<Counted> {
  const counts = new Float64Array(tokenizer.vocabulary.tokens.length);
  let [read, tokens] = [0, 0];
  for await (const text of texts) {
    signal?.throwIfAborted();
    const { ids } = tokenizer.tokenize(text);
    for (const id of ids) counts[id]++;
    read++;
    tokens += ids.length;
  }
  return { texts: read, tokens, counts };
}

/** A printable ASCII character, at the beginning of a word or in it: any Latin word can still be spelt. */
const ASCII = /^(?:##)?[!-~]$/;

/** Ids of the tokens that stay, ascending. */
function keptIds(
  { vocabulary: { tokens, special }, custom }: WordPieceTokenizer,
  counts: Float64Array,
  minCount: number,
  padTokenId: number,
): number[] {
  const always = new Set([
    ...Object.values(special),
    ...(custom?.tokens.map(({ content }) => content) ?? []),
  ]);
  return Array.from(tokens.keys()).filter(
    (id) => counts[id] >= minCount || id === padTokenId || always.has(tokens[id]) || ASCII.test(tokens[id]),
  );
}

/** The rows of these ids, of the word embeddings and of everything else that has one per token. */
function keepRows(
  config: EncoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ids: readonly number[],
): Map<string, Tensor> {
  const { graph, heads, parameters } = architectureOf(config);
  const shared = Object.entries(parameters.copies).flat();
  const perToken = new Set([graph.words, heads.masked.bias, ...shared]);
  return new Map(
    Array.from(tensors, ([name, tensor]) => {
      const { shape, data } = tensor;
      if (!perToken.has(name) || shape[0] !== config.vocabSize) return [name, tensor];
      const width = data.length / shape[0];
      const kept = new Float32Array(ids.length * width);
      for (const [row, id] of ids.entries())
        kept.set(data.subarray(id * width, (id + 1) * width), row * width);
      return [name, { shape: [ids.length, ...shape.slice(1)], data: kept }];
    }),
  );
}

function keepTokens(
  { vocabulary: { tokens, special }, options, custom }: WordPieceTokenizer,
  ids: readonly number[],
): WordPieceTokenizer {
  const vocabulary = createVocabulary(
    ids.map((id) => tokens[id]),
    special,
  );
  const moved = custom && {
    beyond: custom.beyond,
    tokens: custom.tokens.map((token) => ({ ...token, id: vocabulary.idOf.get(token.content)! })),
  };
  return createTokenizer(vocabulary, options, moved);
}

function requireWordPiece(tokenizer: Tokenizer, file: string): asserts tokenizer is WordPieceTokenizer {
  if (tokenizer.options) return;
  throw new UserError(
    'not-wordpiece',
    {
      en: 'Only WordPiece vocabularies can be trimmed: pieces of other tokenizers are merged from one another',
      zh: '只能裁剪 WordPiece 词表：其他分词器的词元由彼此合并而成',
    },
    {
      file: dirname(file),
      field: 'tokenizer.json',
      hint: { en: 'Use a BERT with a vocab.txt.', zh: '请使用带 vocab.txt 的 BERT。' },
    },
  );
}

const noText = (): UserError =>
  new UserError(
    'no-text',
    { en: 'The texts have no tokens to keep', zh: '文本中没有可保留的词元' },
    {
      field: 'texts',
      hint: {
        en: 'Give --texts files with text, or --task with a corpus that is available.',
        zh: '请用 --texts 指定有内容的文件，或用 --task 指定本机已有的任务。',
      },
    },
  );
