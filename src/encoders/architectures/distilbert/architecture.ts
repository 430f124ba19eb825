import { add } from '../../../autograd/index.ts';
import type { Architecture, EncoderGraph, ParameterScheme } from '../architecture.ts';
import type { BertConfig } from '../bert/config.ts';
import { graph as bertGraph, encodeLayers, normedEmbeddings } from '../bert/graph.ts';
import { EMBEDDINGS } from '../bert/names.ts';
import { bertLikeParameters, embeddingShapes, layerShapes } from '../bert/parameters.ts';
import { encoderInput } from '../graph.ts';
import { config } from './config.ts';
import { heads } from './heads.ts';
import { canonicalName, ENCODER_CLASS, savedName } from './names.ts';

const isOfTypes = (name: string): boolean => name === EMBEDDINGS.types;

const parameters: ParameterScheme<BertConfig> = {
  ...bertLikeParameters<BertConfig>({
    prefix: 'distilbert',
    encoderClass: ENCODER_CLASS,
    shapes: (config) =>
      new Map([
        ...embeddingShapes(config, config.hiddenSize).filter(([name]) => !isOfTypes(name)),
        ...layerShapes(config),
      ]),
    heads: ['pre_classifier', 'classifier', 'vocab_transform', 'vocab', 'vocab_projector'],
    copies: { 'vocab_projector.weight': EMBEDDINGS.words },
  }),
  canonical: canonicalName,
  saved: savedName,
};

const { types: _types, ...withoutTypes } = bertGraph;

const graph: EncoderGraph<BertConfig> = {
  ...withoutTypes,
  tables: bertGraph.tables.filter(({ name }) => !isOfTypes(name)),
  inputs: (shape) => ({
    input_ids: encoderInput('input_ids', shape),
    attention_mask: encoderInput('attention_mask', shape),
  }),
  embed: (_config, { input_ids: ids }, parameter, layout) =>
    add(
      layout.rows(ids, EMBEDDINGS.words, parameter),
      layout.positions(parameter(EMBEDDINGS.positions), ids),
    ),
  encode: (config, embedded, mask, parameter, options) =>
    encodeLayers(config, normedEmbeddings(config, embedded, parameter, options), mask, parameter, {
      ...options,
      keepsAttended: true,
    }),
};

/** DistilBERT (Sanh et al. 2019): the layers of BERT under other names, without token types and pooler. */
export const distilbert: Architecture<BertConfig> = {
  modelType: 'distilbert',
  config,
  parameters,
  graph,
  heads,
};
