import type { ParameterScheme, Shapes } from '../architecture.ts';
import { fillNormal } from '../initial.ts';
import { type Entries, linear, norm } from '../shapes.ts';
import type { BertConfig } from './config.ts';
import { initialTensors } from './initial.ts';
import { canonicalTensorflowName, canonicalWithout, EMBEDDINGS, layerName, savedWith } from './names.ts';

/** Tables of words, positions and token types, and their layer normalisation. */
export const embeddingShapes = (
  { vocabSize, maxPositions, typeVocabSize }: BertConfig,
  size: number,
): Entries => [
  [EMBEDDINGS.words, [vocabSize, size]],
  [EMBEDDINGS.positions, [maxPositions, size]],
  [EMBEDDINGS.types, [typeVocabSize, size]],
  ...norm(EMBEDDINGS.norm, size),
];

/** The layers of the encoder. */
export function layerShapes({ layers, hiddenSize: hidden, intermediateSize: inner }: BertConfig): Entries {
  return Array.from({ length: layers }, (_, layer) => layerName(layer)).flatMap((name) => [
    ...['query', 'key', 'value'].flatMap((part) => linear(`${name}.attention.self.${part}`, hidden, hidden)),
    ...linear(`${name}.attention.output.dense`, hidden, hidden),
    ...norm(`${name}.attention.output.LayerNorm`, hidden),
    ...linear(`${name}.intermediate.dense`, hidden, inner),
    ...linear(`${name}.output.dense`, inner, hidden),
    ...norm(`${name}.output.LayerNorm`, hidden),
  ]);
}

export const poolerShapes = ({ hiddenSize: hidden }: BertConfig): Entries =>
  linear('pooler.dense', hidden, hidden);

const LAYER = /^encoder\.layer\.(\d+)\./;

/** The differences in the parameters of a model type that names its layers as BERT does. */
export interface BertLike<Config extends BertConfig> {
  /** Of the encoder's parameters where a class has a head: `bert` for `bert.encoder.layer.0…`. */
  readonly prefix: string;
  /** The class of `transformers` without a head: its parameters have no prefix. */
  readonly encoderClass: string;
  shapes(config: Config): Shapes;
  /** First parts of the names of heads in `transformers`. */
  readonly heads: readonly string[];
  readonly copies: ParameterScheme['copies'];
}

/** The parameters of a model type with the layers of BERT. */
export function bertLikeParameters<Config extends BertConfig>({
  prefix,
  encoderClass,
  shapes,
  heads,
  copies,
}: BertLike<Config>): ParameterScheme<Config> {
  const isEncoder = (name: string): boolean => /^(?:embeddings|embeddings_project|encoder)\./.test(name);
  const isPooler = (name: string): boolean => name.startsWith('pooler.');
  const isHead = (name: string): boolean => heads.includes(name.slice(0, name.indexOf('.')));
  return {
    shapes,
    initial: (config, seed) => initialTensors(config, shapes(config), seed),
    fresh({ initializerRange }, name, shape, seed) {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if (name.endsWith('LayerNorm.weight')) data.fill(1);
      else if (name.endsWith('.weight')) fillNormal(data, initializerRange, seed, name);
      return { shape, data };
    },
    canonical: canonicalWithout(prefix),
    canonicalTensorflow: canonicalTensorflowName,
    saved: savedWith(prefix, encoderClass),
    copies,
    isEncoder,
    isPooler,
    isKnown: (name) => isEncoder(name) || isPooler(name) || isHead(name),
    decays: (name) => !name.endsWith('.bias') && !name.includes('LayerNorm'),
    depth({ layers }, name) {
      if (/^embeddings(?:_project)?\./.test(name)) return 0;
      const layer = LAYER.exec(name);
      return layer ? Number(layer[1]) + 1 : layers + 1;
    },
  };
}

/** A masked-token decoder under BERT's names, which repeats the word embeddings and the separate bias. */
export const DECODER_COPIES: ParameterScheme['copies'] = {
  'cls.predictions.decoder.weight': EMBEDDINGS.words,
  'cls.predictions.decoder.bias': 'cls.predictions.bias',
};

/**
 * Names and shapes of the encoder's parameters, as Hugging Face names them without the prefix `bert.`. The two of the
 * pooler come last and may be missing from a file.
 */
export const parameters = bertLikeParameters<BertConfig>({
  prefix: 'bert',
  encoderClass: 'BertModel',
  shapes: (config) =>
    new Map([...embeddingShapes(config, config.hiddenSize), ...layerShapes(config), ...poolerShapes(config)]),
  heads: ['classifier', 'cls'],
  copies: DECODER_COPIES,
});
