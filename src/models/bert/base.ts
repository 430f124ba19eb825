import { type BertConfig, isPooler } from '../../bert/config.ts';
import { findFolder } from '../../bert/folder/find.ts';
import { loadFolder } from '../../bert/folder/load.ts';
import { fillNormal, initialConfig, initialTensors } from '../../bert/initial.ts';
import { loadTokenizer } from '../../bert/tokenizer/load.ts';
import { createTokenizer, type Tokenizer } from '../../bert/tokenizer/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../bert/tokenizer/vocabulary.ts';
import type { AnyHead } from '../../bert/train/step.ts';
import type { Tensor } from '../../bert/weights/read.ts';
import type { Parameters } from '../model.ts';
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
  if (init !== '') {
    const { config, tensors, tokenizer } = await loadFolder(init);
    return { config: withDropout(config, parameters), tensors, tokenizer, pretrained: true };
  }
  const vocab = String(parameters.vocab);
  const tokenizer =
    vocab === '' ? createTokenizer(characterVocabulary(texts())) : await loadTokenizer(findFolder(vocab));
  const sizes = {
    layers: Number(parameters.layers),
    hidden: Number(parameters.hidden),
    heads: Number(parameters.heads),
    dropout: FROM_RANDOM.dropout,
  };
  const config = initialConfig(tokenizer.vocabulary, sizes, 'BertModel');
  return {
    config: withDropout(config, parameters),
    tensors: initialTensors(config, seed),
    tokenizer,
    pretrained: false,
  };
}

function withDropout(config: BertConfig, { dropout }: Parameters): BertConfig {
  const rate = Number(dropout);
  return rate < 0
    ? config
    : { ...config, hiddenDropout: rate, attentionDropout: rate, classifierDropout: rate };
}

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
