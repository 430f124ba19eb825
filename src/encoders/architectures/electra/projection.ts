import type { Value } from '../../../autograd/index.ts';
import type { EncoderGraph } from '../architecture.ts';
import { graph, normedEmbeddings } from '../bert/graph.ts';
import type { EncodeOptions, Lookup } from '../graph.ts';
import { type Entries, linear } from '../shapes.ts';
import type { ProjectedConfig } from './config.ts';

const PROJECTION = 'embeddings_project';

const isProjected = ({ embeddingSize, hiddenSize }: ProjectedConfig): boolean => embeddingSize !== hiddenSize;

/** The dense layer from embeddings to layers, where their widths differ. */
export const projectionShapes = (config: ProjectedConfig): Entries =>
  isProjected(config) ? linear(PROJECTION, config.embeddingSize, config.hiddenSize) : [];

/** Embeddings as the first layer reads them: normalised, with dropout, and as wide as the layers. */
export function projectedEmbeddings(
  config: ProjectedConfig,
  embedded: Value,
  parameter: Lookup,
  options: EncodeOptions,
): Value {
  const normed = normedEmbeddings(config, embedded, parameter, options);
  return isProjected(config) ? options.layout.dense(normed, PROJECTION, parameter) : normed;
}

/** The layers that read the normalised embeddings, if there is no projection between them. */
export const projectedFirstDense: EncoderGraph<ProjectedConfig>['firstDense'] = (config) =>
  isProjected(config) ? undefined : graph.firstDense?.(config);
