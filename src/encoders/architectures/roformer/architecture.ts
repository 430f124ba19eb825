import { add, gather } from '../../../autograd/index.ts';
import type { Architecture, EncoderGraph, ParameterScheme, TransformersHeads } from '../architecture.ts';
import { graph as bertGraph, encodeLayers } from '../bert/graph.ts';
import { maskedOf, tokensOf } from '../bert/heads.ts';
import { EMBEDDINGS } from '../bert/names.ts';
import { bertLikeParameters, DECODER_COPIES, embeddingShapes, layerShapes } from '../bert/parameters.ts';
import { denseClassifier } from '../electra/heads.ts';
import { projectedEmbeddings, projectedFirstDense, projectionShapes } from '../electra/projection.ts';
import { ACTIVATIONS } from '../graph.ts';
import { config, type RoFormerConfig } from './config.ts';
import { rotaryTurn, sinusoids } from './rotary.ts';

const ENCODER_CLASS = 'RoFormerModel';
/** A table of sines and cosines, which follow from the positions. */
const SINUSOIDS = 'encoder.embed_positions.weight';

const bertLike = bertLikeParameters<RoFormerConfig>({
  prefix: 'roformer',
  encoderClass: ENCODER_CLASS,
  shapes: (config) =>
    new Map([
      ...embeddingShapes(config, config.embeddingSize).filter(([name]) => name !== EMBEDDINGS.positions),
      ...projectionShapes(config),
      ...layerShapes(config),
    ]),
  heads: ['classifier', 'cls'],
  copies: DECODER_COPIES,
});

const parameters: ParameterScheme<RoFormerConfig> = {
  ...bertLike,
  canonical(name) {
    const canonical = bertLike.canonical(name);
    return canonical === SINUSOIDS ? null : canonical;
  },
  constants(config) {
    const shape = [config.maxPositions, config.hiddenSize / config.heads];
    return new Map([[SINUSOIDS, { shape, data: sinusoids(config) }]]);
  },
};

const graph: EncoderGraph<RoFormerConfig> = {
  ...bertGraph,
  tables: bertGraph.tables.filter(({ name }) => name !== EMBEDDINGS.positions),
  embed(_config, { input_ids: ids, token_type_ids: types }, parameter, layout) {
    if (!types) throw new Error('RoFormer needs token types');
    return add(layout.rows(ids, EMBEDDINGS.words, parameter), gather(parameter(EMBEDDINGS.types), types));
  },
  firstDense: projectedFirstDense,
  encode(config, embedded, mask, parameter, options) {
    const first = projectedEmbeddings(config, embedded, parameter, options);
    return encodeLayers(config, first, mask, parameter, {
      ...options,
      turn: rotaryTurn(config, mask, options),
    });
  },
};

const sequence = denseClassifier<RoFormerConfig>(
  'RoFormerForSequenceClassification',
  ({ activation }) => ACTIVATIONS[activation],
);
const tokens = tokensOf('RoFormerForTokenClassification');
const masked = maskedOf<RoFormerConfig>('RoFormerForMaskedLM', ({ embeddingSize }) => embeddingSize);

const heads: TransformersHeads<RoFormerConfig> = {
  encoderClass: ENCODER_CLASS,
  sequence,
  tokens,
  masked,
  classOf(tensors) {
    if (tensors.has(masked.bias)) return masked.transformersClass;
    if (tensors.has('classifier.out_proj.weight')) return sequence.transformersClass;
    return tensors.has('classifier.weight') ? tokens.transformersClass : ENCODER_CLASS;
  },
};

/** RoFormer (Su et al. 2021): BERT with positions encoded by rotation in attention, without a table of positions or a pooler. */
export const roformer: Architecture<RoFormerConfig> = {
  modelType: 'roformer',
  config,
  parameters,
  graph,
  heads,
};
