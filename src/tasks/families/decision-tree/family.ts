import type { Family } from '../family.ts';
import { briefTree, comparedTrees, describeNode, missingTree, parseTree } from './answers.ts';
import { decisionTreeAsking } from './asking.ts';
import { decisionTreeConventions } from './conventions.ts';
import { record } from './record.ts';
import { nodeKey } from './trees.ts';
import type { DecisionTreeTypes } from './types.ts';

/** A text as a tree of conditions and decisions. */
export const decisionTree: Family<'decision-tree', DecisionTreeTypes> = {
  id: 'decision-tree',
  title: { en: 'Decision trees', zh: '诊疗决策树抽取' },
  record,
  inputShape: 'text',
  hubTaskType: 'token-classification',
  parse: parseTree,
  missing: missingTree,
  texts: ({ text }) => [text],
  labels: ({ gold }) => gold.tree.flatMap(({ triples }) => triples.map(([, relation]) => relation)),
  brief: briefTree,
  conventions: decisionTreeConventions,
  asking: [decisionTreeAsking],
  view: {
    blocks: ({ text }) => [{ text }],
    side: ({ tree }) => ({
      elements: tree.map((node, i) => ({
        label: node.role,
        surface: describeNode(node),
        key: `${i} ${nodeKey(node)}`,
      })),
    }),
    near: (gold, answer) => (gold.surface === answer.surface ? 2 : Number(gold.label === answer.label)),
  },
  comparedParts: comparedTrees,
};
