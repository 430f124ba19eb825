import type { Family } from '../family.ts';
import { listed } from '../shared/listed.ts';
import { deal } from '../shared/single-label.ts';
import { bare } from '../view.ts';
import { missingLabels, parseLabels } from './answers.ts';
import { multilabelAsking } from './asking.ts';
import { multilabelConventions } from './conventions.ts';
import { record } from './record.ts';
import type { MultilabelTypes } from './types.ts';

/** One text, any number of labels. */
export const multilabel: Family<'multilabel', MultilabelTypes> = {
  id: 'multilabel',
  title: { en: 'Document multilabel classification', zh: '文档多标签分类' },
  record,
  inputShape: 'text',
  manyLabels: true,
  hubTaskType: 'text-classification',
  parse: parseLabels,
  missing: missingLabels,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.labels,
  brief: ({ labels }) => listed(labels),
  conventions: multilabelConventions,
  constants: ({ labels }) => labels.map(({ id }) => ({ labels: [id] })),
  guess: (examples, seed) =>
    deal(
      examples.map(({ gold }) => ({ labels: gold.labels })),
      seed,
    ),
  asking: [multilabelAsking],
  view: {
    blocks: ({ text }) => [{ text }],
    side: ({ labels }) => ({ elements: labels.map(bare) }),
    near: () => 0,
  },
};
