import { dirname } from 'node:path';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { randomModel } from '../../encoders/folder/random.ts';
import type { ExtraFiles, Model } from '../../encoders/folder/save.ts';
import { sentenceFiles } from '../../encoders/folder/sentence-files.ts';
import type { Head } from '../../encoders/heads/head.ts';
import { loadTokenizer } from '../../encoders/tokenizers/load.ts';
import { createTokenizer, type Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import { UserError } from '../../ground/errors.ts';
import type { BertParameters } from './parameters.ts';

/** The starting point of fine-tuning. */
export interface Base {
  readonly config: EncoderConfig;
  /** Emptied once fine-tuning has copies. */
  readonly tensors: Map<string, Tensor>;
  readonly tokenizer: Tokenizer;
  /** Files that configure the encoder for `sentence-transformers`; empty if it has none. */
  readonly sentence: ExtraFiles;
}

/** The folder that `init` names, or random weights of the given sizes. */
export async function createBase(
  parameters: BertParameters,
  texts: () => Iterable<string>,
  seed: number,
): Promise<Base> {
  const { init, dropout } = parameters;
  const { config, tensors, tokenizer, sentence } =
    init === undefined
      ? { ...(await modelFromScratch(parameters, texts(), seed)), sentence: new Map() }
      : await loadBase(init);
  const { untrained: _, ...shape } = config;
  return {
    config: dropout === undefined ? shape : withDropout(shape, dropout),
    tensors: new Map(tensors),
    tokenizer,
    sentence,
  };
}

async function loadBase(init: string): Promise<Model & Pick<Base, 'sentence'>> {
  const loaded = await loadFolder(init);
  return { ...loaded, sentence: await sentenceFiles(dirname(loaded.file)) };
}

async function modelFromScratch(
  { vocab, layers, hidden, heads }: BertParameters,
  texts: Iterable<string>,
  seed: number,
): Promise<Model> {
  const tokenizer =
    vocab === undefined
      ? createTokenizer(characterVocabulary(texts))
      : await loadTokenizer(findFolder(vocab));
  return randomModel(tokenizer, { layers, hidden, heads }, seed);
}

/** A base with `count` token types; those that it lacks start as copies of the first. */
export function withTokenTypes(base: Base, count: number): Base {
  const { typeVocabSize } = base.config;
  if (count <= typeVocabSize) return base;
  const { types } = architectureOf(base.config).graph;
  const known = types && base.tensors.get(types);
  if (!types || !known) throw noTokenTypes(base.config.modelType);
  const [, width] = known.shape;
  const data = new Float32Array(count * width);
  for (let type = 0; type < count; type++) data.set(known.data.subarray(0, width), type * width);
  data.set(known.data);
  const tensors = new Map(base.tensors).set(types, { shape: [count, width], data });
  return { ...base, config: { ...base.config, typeVocabSize: count }, tensors };
}

const noTokenTypes = (modelType: string): UserError =>
  new UserError(
    'no-token-types',
    {
      en: `The model type ${modelType} has no token types, through which lexicon features enter`,
      zh: `模型类型 ${modelType} 没有词元类型，无法输入词典特征`,
    },
    { hint: { en: 'Set lexicon-features=false.', zh: '请设置 lexicon-features=false。' } },
  );

const withDropout = (config: EncoderConfig, rate: number): EncoderConfig => ({
  ...config,
  hiddenDropout: rate,
  attentionDropout: rate,
  classifierDropout: rate,
  ...(config.embeddingDropout !== undefined && { embeddingDropout: rate }),
});

/** The special tokens and every character of the texts, alone and as a continuation, in code-point order. */
function characterVocabulary(texts: Iterable<string>): ReturnType<typeof createVocabulary> {
  const characters = new Set<string>();
  for (const text of texts)
    for (const character of text.toLowerCase().normalize('NFD')) characters.add(character);
  const seen = [...characters].filter((character) => !/\s/u.test(character)).sort();
  const { pad, unk, cls, sep, mask } = SPECIAL_TOKENS;
  // Chinese characters are words by themselves; letters and digits also continue words
  const continued = seen.filter(
    (character) => /[\p{L}\p{N}\p{M}]/u.test(character) && !/\p{Script=Han}/u.test(character),
  );
  return createVocabulary([
    pad,
    unk,
    cls,
    sep,
    mask,
    ...seen,
    ...continued.map((character) => `##${character}`),
  ]);
}

/** The encoder's parameters and the head's: a pooler is taken from the base, everything else in the head is new. */
export function initialParameters(
  { config, tensors }: Pick<Base, 'config' | 'tensors'>,
  head: Pick<Head<unknown>, 'parameters'>,
  seed: number,
): Map<string, Tensor> {
  const { parameters } = architectureOf(config);
  const all = new Map([...tensors].filter(([name]) => parameters.isEncoder(name)));
  for (const [name, shape] of head.parameters) {
    const given = parameters.isPooler(name) ? tensors.get(name) : undefined;
    all.set(name, given ?? parameters.fresh(config, name, shape, seed));
  }
  return all;
}
