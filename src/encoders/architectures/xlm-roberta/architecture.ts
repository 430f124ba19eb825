import {
  add,
  cast,
  cumulativeSum,
  equal,
  gather,
  layerNorm,
  mul,
  slice,
  sub,
  tanh,
  type Value,
} from '../../../autograd/index.ts';
import type { Architecture, EncoderGraph, MaskedLanguageModel, TransformersHeads } from '../architecture.ts';
import type { BertConfig } from '../bert/config.ts';
import { graph as bertGraph } from '../bert/graph.ts';
import { tokensOf } from '../bert/heads.ts';
import { EMBEDDINGS } from '../bert/names.ts';
import { bertLikeParameters, embeddingShapes, layerShapes, poolerShapes } from '../bert/parameters.ts';
import { denseClassifier } from '../electra/heads.ts';
import { ACTIVATIONS } from '../graph.ts';
import { linear, norm } from '../shapes.ts';
import { reservedPositions, robertaFormat } from './config.ts';

const HEAD = 'lm_head';
const DECODER_BIAS = `${HEAD}.bias`;

/** The row of the position table for a token: those of a text are counted from the one after padding, whose is its id. */
function positionOf(ids: BigInt64Array, token: number, length: number, padTokenId: number): number {
  const pad = BigInt(padTokenId);
  if (ids[token] === pad) return padTokenId;
  let position = padTokenId;
  for (let i = token - (token % length); i <= token; i++) if (ids[i] !== pad) position++;
  return position;
}

/** The same for all `[batch, length]` ids. */
function positionsOf(ids: Value, padTokenId: number): Value {
  const isToken = sub(1, cast(equal(ids, padTokenId), 'int64'));
  return add(mul(cumulativeSum(isToken, 1), isToken), padTokenId);
}

/** RoBERTa (Liu et al. 2019): BERT whose positions do not count padding, and which may have a single token type. */
const graph: EncoderGraph<BertConfig> = {
  ...bertGraph,
  tables: [
    ...bertGraph.tables.filter(({ name }) => name !== EMBEDDINGS.positions && name !== EMBEDDINGS.types),
    {
      name: EMBEDDINGS.types,
      row: ({ types }, token, _length, { typeVocabSize }) => (typeVocabSize > 1 ? Number(types[token]) : 0),
    },
    {
      name: EMBEDDINGS.positions,
      row: ({ ids }, token, length, { padTokenId }) => positionOf(ids, token, length, padTokenId),
    },
  ],
  inputs(shape, config) {
    const { token_type_ids: types, ...others } = bertGraph.inputs(shape, config);
    return config.typeVocabSize > 1 ? { ...others, token_type_ids: types } : others;
  },
  embed({ padTokenId }, { input_ids: ids, token_type_ids: types }, parameter, layout) {
    const table = parameter(EMBEDDINGS.types);
    const typed = types ? gather(table, types) : slice(table, 0, 0, 1);
    return add(
      add(layout.rows(ids, EMBEDDINGS.words, parameter), typed),
      gather(parameter(EMBEDDINGS.positions), positionsOf(ids, padTokenId)),
    );
  },
};

const maskedOf = (transformersClass: string): MaskedLanguageModel<BertConfig> => ({
  transformersClass,
  bias: DECODER_BIAS,
  parameters: ({ hiddenSize, vocabSize }) =>
    new Map([
      ...linear(`${HEAD}.dense`, hiddenSize, hiddenSize),
      ...norm(`${HEAD}.layer_norm`, hiddenSize),
      [DECODER_BIAS, [vocabSize]],
    ]),
  transform({ layerNormEps }, { dense, parameter }, hidden) {
    const [gain, bias] = ['weight', 'bias'].map((part) => parameter(`${HEAD}.layer_norm.${part}`));
    // gelu regardless of `hidden_act`
    return layerNorm(ACTIVATIONS.gelu(dense(hidden, `${HEAD}.dense`)), gain, bias, layerNormEps);
  },
});

/** The heads of model types whose classes in `transformers` differ in the first word of their names only. */
function headsOf(name: string): TransformersHeads<BertConfig> {
  const encoderClass = `${name}Model`;
  const sequence = denseClassifier<BertConfig>(`${name}ForSequenceClassification`, () => tanh);
  const tokens = tokensOf(`${name}ForTokenClassification`);
  const masked = maskedOf(`${name}ForMaskedLM`);
  return {
    encoderClass,
    sequence,
    tokens,
    masked,
    classOf(tensors) {
      if (tensors.has(DECODER_BIAS)) return masked.transformersClass;
      if (sequence.classes(tensors) !== undefined) return sequence.transformersClass;
      return tokens.classes(tensors) === undefined ? encoderClass : tokens.transformersClass;
    },
  };
}

function robertaLike(modelType: string, title: string, name: string): Architecture<BertConfig> {
  const heads = headsOf(name);
  const bertLike = bertLikeParameters<BertConfig>({
    prefix: 'roberta',
    encoderClass: heads.encoderClass,
    shapes: (config) => {
      const rows = config.maxPositions + reservedPositions(config);
      const embeddings = embeddingShapes({ ...config, maxPositions: rows }, config.hiddenSize);
      return new Map([...embeddings, ...layerShapes(config), ...poolerShapes(config)]);
    },
    heads: ['classifier', HEAD],
    copies: { [`${HEAD}.decoder.weight`]: EMBEDDINGS.words, [`${HEAD}.decoder.bias`]: DECODER_BIAS },
  });
  const isNorm = (name: string): boolean => name.startsWith(`${HEAD}.layer_norm.`);
  return {
    modelType,
    config: robertaFormat(modelType, title),
    parameters: {
      ...bertLike,
      fresh(config, name, shape, seed) {
        const fresh = bertLike.fresh(config, name, shape, seed);
        if (isNorm(name) && name.endsWith('.weight')) fresh.data.fill(1);
        return fresh;
      },
      decays: (name) => bertLike.decays(name) && !isNorm(name),
    },
    graph,
    heads,
  };
}

/** XLM-RoBERTa (Conneau et al. 2020): bge-m3, multilingual-e5, bge-reranker. */
export const xlmRoberta = robertaLike('xlm-roberta', 'XLM-RoBERTa', 'XLMRoberta');
export const roberta = robertaLike('roberta', 'RoBERTa', 'Roberta');
export const camembert = robertaLike('camembert', 'CamemBERT', 'Camembert');
