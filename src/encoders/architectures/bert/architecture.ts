import type { Architecture } from '../architecture.ts';
import { type BertConfig, config } from './config.ts';
import { graph } from './graph.ts';
import { heads } from './heads.ts';
import { parameters } from './parameters.ts';

/** BERT (Devlin et al. 2019), and models that share its `model_type`: BERT-wwm, Chinese RoBERTa-wwm, MC-BERT. */
export const bert: Architecture<BertConfig> = { modelType: 'bert', config, parameters, graph, heads };
