import { defineModel } from '../define.ts';
import { parameters } from './parameters.ts';

/** Several kept runs as one model; see docs/models/ensemble.md. */
export const ensemble = defineModel({
  contract: 1,
  id: 'ensemble',
  version: 2,
  summary: {
    en: 'Kept runs as one model: averaged, voted or stacked, tuned on dev',
    zh: '组合多个已保存的运行：平均、投票或 stacking，在 dev 上调整',
  },
  families: [
    ...(['ner', 'similarity', 'inference', 'ranking', 'classification'] as const),
    ...(['multilabel', 'relation', 'dialogue'] as const),
    ...(['dialogue-acts', 'mention-status', 'normalisation', 'event', 'causal'] as const),
    ...(['generation', 'instruction', 'decision-tree'] as const),
  ],
  parameters,
  mainParameter: 'runs',
  membersParameter: 'runs',
  seeded: false,
  untrained: true,
  capabilities: { save: true, load: true, explain: false, embed: false },
  implementation: () => import('./implementation.ts'),
});
