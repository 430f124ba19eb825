import { add, slice } from '../../../autograd/index.ts';
import type { Architecture, EncoderGraph } from '../architecture.ts';
import { graph as bertGraph } from '../bert/graph.ts';
import { bertHeads } from '../bert/heads.ts';
import {
  bertLikeParameters,
  DECODER_COPIES,
  embeddingShapes,
  layerShapes,
  poolerShapes,
} from '../bert/parameters.ts';
import { config, type ErnieConfig } from './config.ts';

const TASKS = 'embeddings.task_type_embeddings.weight';

/** As `transformers` without `task_type_ids`: every token belongs to the first task. */
const TASK = 0;

const graph: EncoderGraph<ErnieConfig> = {
  ...bertGraph,
  tables: [...bertGraph.tables, { name: TASKS, row: () => TASK }],
  embed(config, inputs, parameter, layout) {
    const embedded = bertGraph.embed(config, inputs, parameter, layout);
    if (config.taskTypes === 0) return embedded;
    return add(embedded, slice(parameter(TASKS), 0, TASK, TASK + 1));
  },
};

/** ERNIE (Sun et al. 2019 and 2020): BERT with an embedding of the pretraining task if `use_task_id` is true. */
export const ernie: Architecture<ErnieConfig> = {
  modelType: 'ernie',
  config,
  parameters: bertLikeParameters<ErnieConfig>({
    prefix: 'ernie',
    encoderClass: 'ErnieModel',
    shapes: (config) =>
      new Map([
        ...embeddingShapes(config, config.hiddenSize),
        ...(config.taskTypes > 0 ? [[TASKS, [config.taskTypes, config.hiddenSize]] as const] : []),
        ...layerShapes(config),
        ...poolerShapes(config),
      ]),
    heads: ['classifier', 'cls'],
    copies: DECODER_COPIES,
  }),
  graph,
  heads: bertHeads('Ernie'),
};
