import { type Metric, ratio } from '../../../metrics/metric.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { AnsweredOf } from '../family.ts';
import { editDistance, nodeKey, pathKeys, treeKey, treeSize, tripleKeys } from './trees.ts';
import type { DecisionTreeTypes, Tree } from './types.ts';

type Item = AnsweredOf<DecisionTreeTypes>;

/** 1 − edits / greatest distance, both over all texts. */
const editRatio: Metric<Item> = {
  width: 2,
  count(unit, counts, offset) {
    for (const { gold, prediction } of unit) {
      const isMissing = prediction.tree.length === 0;
      const greatest = Math.max(1, treeSize(gold.tree) + treeSize(prediction.tree));
      counts[offset] += isMissing ? greatest : editDistance(prediction.tree, gold.tree);
      counts[offset + 1] += greatest;
    }
  },
  value: ([edits, greatest]) => 1 - ratio(edits, greatest),
  details: ([edits, greatest]) => ({ edits, greatest }),
};

const accuracy: Metric<Item> = {
  width: 2,
  count(unit, counts, offset) {
    for (const { gold, prediction } of unit)
      if (treeKey(gold.tree) === treeKey(prediction.tree)) counts[offset]++;
    counts[offset + 1] += unit.length;
  },
  value: ([right, trees]) => ratio(right, trees),
  details: ([right, trees]) => ({ right, trees }),
};

/** F1 of parts of trees; a missing tree counts as the number of parts in gold, all wrong. */
const partF1 = (partsOf: (tree: Tree) => readonly string[]): Metric<Item> =>
  setMetric<Item, string>({
    gold: ({ gold }) => partsOf(gold.tree),
    predicted: ({ gold, prediction }) =>
      prediction.tree.length > 0 ? partsOf(prediction.tree) : wrongParts(partsOf(gold.tree)),
    same: (a, b) => a === b,
    classOf: () => 'part',
    classes: ['part'],
    average: 'micro',
  });

const wrongParts = (gold: readonly string[]): string[] => new Array(Math.max(1, gold.length)).fill('');

const nodeKeys = (tree: Tree): string[] => tree.filter(({ triples }) => triples.length > 0).map(nodeKey);

const COMPARED_EN = ' Triples are compared in lower case and as sets.';
const COMPARED_ZH = '三元组按小写、作为集合比较。';
const WRONG_EN = ' A missing or invalid answer counts as one wrong part per gold part, at least one.';
const WRONG_ZH = '缺失或无效的答案按与金标等量（至少一个）的错误部分计。';

/** The first is the default primary metric. */
export const decisionTreeConventions: readonly Convention<DecisionTreeTypes>[] = [
  {
    id: 'decision-tree/edit-ratio@1',
    title: { en: 'Tree edit ratio', zh: '树编辑比率' },
    definition: {
      en: `1 − edits / greatest distance, both summed over all texts. Edits of two trees, from the roots down: two nodes differ by 1 if their roles differ, by 1 if their logic differs, and by 1 for every triple that only one of them has; where both are conditions, their left and their right children are compared the same way; where only one has children, every node below it costs 1, 1 more for a logic that is not null, and 1 for each triple. The greatest distance of a text is, for both trees together, the number of different triples of the tree plus 2 for each of its nodes that has triples.${COMPARED_EN} A missing or invalid answer, a list that is no tree among them, costs the greatest distance (at least 1).`,
      zh: `1 − 编辑数 / 最大距离，二者均在全部文本上求和。两树自根向下比较：角色不同计 1，逻辑不同计 1，只属于其中一个节点的三元组每个计 1；两节点均为条件时，左右子节点各自继续比较；只有一方有子节点时，其下每个节点计 1，逻辑非 null 再计 1，每个三元组计 1。一条文本的最大距离为：两棵树各自的不同三元组数，加上含三元组的节点数的 2 倍。${COMPARED_ZH}缺失或无效的答案（包括不成树的序列）按最大距离（至少 1）计。`,
    },
    metric: () => editRatio,
  },
  {
    id: 'decision-tree/accuracy@1',
    title: { en: 'Tree accuracy', zh: '树准确率' },
    definition: {
      en: `The share of texts whose tree is right: as many nodes as gold, and the same role, logic and triples at every position.${COMPARED_EN} A missing or invalid answer is wrong.`,
      zh: `树完全正确的文本所占比例：节点数与金标相同，且每个位置的角色、逻辑与三元组均相同。${COMPARED_ZH}缺失或无效的答案计为错误。`,
    },
    metric: () => accuracy,
  },
  {
    id: 'decision-tree/path-f1@1',
    title: { en: 'Path F1', zh: '决策路径 F1' },
    definition: {
      en: `F1 of the paths from the root to a leaf, over all texts: two are equal if all their nodes are equal (role, logic, triples) and they take the same branch at each condition.${COMPARED_EN}${WRONG_EN}`,
      zh: `在全部文本上对从根到叶的路径计算 F1：所有节点（角色、逻辑、三元组）及每个条件处的左右走向都相同才算相同。${COMPARED_ZH}${WRONG_ZH}`,
    },
    metric: () => partF1(pathKeys),
  },
  {
    id: 'decision-tree/node-f1@1',
    title: { en: 'Node F1', zh: '节点 F1' },
    definition: {
      en: `F1 of the nodes that have triples, over all texts, wherever they stand: role, logic and triples must be equal. A gold node is matched once, where the official script counts equal nodes several times; equal gold nodes count once.${COMPARED_EN}${WRONG_EN}`,
      zh: `在全部文本上对含三元组的节点计算 F1，不论位置：角色、逻辑与三元组须相同。每个金标节点只匹配一次（官方脚本对相同节点重复计数），相同的金标节点只计一次。${COMPARED_ZH}${WRONG_ZH}`,
    },
    metric: () => partF1(nodeKeys),
  },
  {
    id: 'decision-tree/triple-f1@1',
    title: { en: 'Triple F1', zh: '三元组 F1' },
    definition: {
      en: `F1 of the different triples of each tree, over all texts, wherever they stand.${COMPARED_EN}${WRONG_EN}`,
      zh: `在全部文本上对每棵树的不同三元组计算 F1，不论位置。${COMPARED_ZH}${WRONG_ZH}`,
    },
    metric: () => partF1(tripleKeys),
  },
];
