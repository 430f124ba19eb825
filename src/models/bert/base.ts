import { type BertConfig, isPooler } from '../../encoders/architectures/bert/config.ts';
import { EMBEDDINGS } from '../../encoders/architectures/bert/graph.ts';
import { fillNormal, initialConfig, initialTensors } from '../../encoders/architectures/bert/initial.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import type { Model } from '../../encoders/folder/save.ts';
import { loadTokenizer } from '../../encoders/tokenizers/load.ts';
import { createTokenizer, type Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import type { AnyHead } from '../../encoders/training/step.ts';
import type { Tensor } from '../../encoders/weights/read.ts';
import type { Parameters } from '../contract.ts';
import { FROM_RANDOM } from './defaults.ts';

/** What fine-tuning begins with. */
export interface Base {
  readonly config: BertConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly tokenizer: Tokenizer;
  readonly pretrained: boolean;
}

/** The folder that `init` names, or random weights of the sizes that are asked for. */
export async function createBase(
  parameters: Parameters,
  texts: () => Iterable<string>,
  seed: number,
): Promise<Base> {
  const init = String(parameters.init);
  const { config, tensors, tokenizer } =
    init === '' ? await randomModel(parameters, texts(), seed) : await loadFolder(init);
  const { untrained = false, ...shape } = config;
  const dropout = Number(parameters.dropout);
  const rate = dropout < 0 && untrained ? FROM_RANDOM.dropout : dropout;
  return { config: withDropout(shape, rate), tensors, tokenizer, pretrained: !untrained };
}

async function randomModel(
  { vocab, layers, hidden, heads }: Parameters,
  texts: Iterable<string>,
  seed: number,
): Promise<Model> {
  const known = String(vocab);
  const tokenizer =
    known === '' ? createTokenizer(characterVocabulary(texts)) : await loadTokenizer(findFolder(known));
  const sizes = { layers: Number(layers), hidden: Number(hidden), heads: Number(heads) };
  const config = initialConfig(tokenizer.vocabulary, sizes, 'BertModel');
  return { config: { ...config, untrained: true }, tensors: initialTensors(config, seed), tokenizer };
}

/** A base whose sequences have so many token types: those that it lacks are told apart in training. */
export function withTokenTypes(base: Base, count: number): Base {
  const { typeVocabSize, hiddenSize } = base.config;
  if (count <= typeVocabSize) return base;
  const known = base.tensors.get(EMBEDDINGS.types)!.data as Float32Array;
  const data = new Float32Array(count * hiddenSize);
  for (let type = 0; type < count; type++) data.set(known.subarray(0, hiddenSize), type * hiddenSize);
  data.set(known);
  const tensors = new Map(base.tensors).set(EMBEDDINGS.types, { shape: [count, hiddenSize], data });
  return { ...base, config: { ...base.config, typeVocabSize: count }, tensors };
}

/** The configuration with another dropout; its own where `rate` is below 0. */
const withDropout = (config: BertConfig, rate: number): BertConfig =>
  rate < 0 ? config : { ...config, hiddenDropout: rate, attentionDropout: rate, classifierDropout: rate };

/** The special tokens and every character of the texts, alone and as a continuation, in code-point order. */
function characterVocabulary(texts: Iterable<string>): ReturnType<typeof createVocabulary> {
  const characters = new Set<string>();
  for (const text of texts)
    for (const character of text.toLowerCase().normalize('NFD')) characters.add(character);
  const seen = [...characters].filter((character) => !/\s/u.test(character)).sort();
  const { pad, unk, cls, sep, mask } = SPECIAL_TOKENS;
  // CJK characters are words of their own; letters and digits go on
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

/** The encoder's parameters and the head's: those that the folder has in the right shape, else new ones. */
export function initialParameters(
  { config, tensors }: Base,
  head: AnyHead,
  seed: number,
): Map<string, Tensor> {
  const all = new Map([...tensors].filter(([name]) => /^(embeddings|encoder)\./.test(name)));
  for (const [name, shape] of head.parameters) {
    const given = tensors.get(name);
    if (given && isPooler(name)) all.set(name, given);
    else {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if (name.endsWith('.weight')) fillNormal(data, config.initializerRange, seed, name);
      all.set(name, { shape, data });
    }
  }
  return all;
}
