import type { Architecture } from '../architecture.ts';
import { encodeLayers, graph } from '../bert/graph.ts';
import { bertLikeParameters, embeddingShapes, layerShapes } from '../bert/parameters.ts';
import { config, type ProjectedConfig } from './config.ts';
import { heads } from './heads.ts';
import { projectedEmbeddings, projectedFirstDense, projectionShapes } from './projection.ts';

/** ELECTRA (Clark et al. 2020): the layers of BERT on embeddings of a separate width, without a pooler. */
export const electra: Architecture<ProjectedConfig> = {
  modelType: 'electra',
  config,
  parameters: bertLikeParameters<ProjectedConfig>({
    prefix: 'electra',
    encoderClass: heads.encoderClass,
    shapes: (config) =>
      new Map([
        ...embeddingShapes(config, config.embeddingSize),
        ...projectionShapes(config),
        ...layerShapes(config),
      ]),
    heads: ['classifier', 'discriminator_predictions', 'generator_predictions', 'generator_lm_head'],
    copies: { 'generator_lm_head.weight': graph.words },
  }),
  graph: {
    ...graph,
    firstDense: projectedFirstDense,
    encode: (config, embedded, mask, parameter, options) =>
      encodeLayers(
        config,
        projectedEmbeddings(config, embedded, parameter, options),
        mask,
        parameter,
        options,
      ),
  },
  heads,
};
