import type { Architecture } from '../architecture.ts';
import { config, type ModernBertConfig } from './config.ts';
import { graph } from './graph.ts';
import { heads } from './heads.ts';
import { parameters } from './parameters.ts';

/** ModernBERT (Warner et al. 2024). */
export const modernBert: Architecture<ModernBertConfig> = {
  modelType: 'modernbert',
  config,
  parameters,
  graph,
  heads,
};
