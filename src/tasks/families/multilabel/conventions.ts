import type { Average } from '../../../metrics/class-scores.ts';
import { hammingLoss, subsetAccuracy } from '../../../metrics/multilabels.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { oneVersusRestCurve } from '../shared/label-curves.ts';
import { labelIds } from '../shared/label-names.ts';
import type { MultilabelTypes } from './types.ts';

type Item = AnsweredOf<MultilabelTypes>;

const f1 = (average: Average) => (task: Task) =>
  setMetric<Item, string>({
    gold: goldOf,
    predicted: ({ prediction }) => prediction.labels,
    same: (a, b) => a === b,
    classOf: (label) => label,
    classes: labelIds(task),
    average,
  });

const goldOf = ({ gold }: Item): readonly string[] => gold.labels;

const MISSING_EN =
  ' A missing or invalid answer counts as an answer with as many labels as gold has (at least one), all of them wrong.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）且全错的标签计。';

/** The first is the default primary metric. */
export const multilabelConventions: readonly Convention<MultilabelTypes>[] = [
  {
    id: 'multilabel/micro-f1@1',
    title: { en: 'Micro F1', zh: '微平均 F1' },
    definition: {
      en: `A predicted label of an example is right (TP) if it is in the example's gold set; any other, and a label predicted again, is an FP; a gold label that is not predicted is an FN. Summed over all examples and labels: 2·TP / (2·TP + FP + FN).${MISSING_EN}`,
      zh: `样本的预测标签若在其金标集合中为 TP；其余预测以及重复预测为 FP；未预测到的金标为 FN。在全部样本与标签上求和后计算 2·TP / (2·TP + FP + FN)。${MISSING_ZH}`,
    },
    metric: f1('micro'),
  },
  {
    id: 'multilabel/macro-f1/supported@1',
    title: { en: 'Macro F1 (labels in gold)', zh: '宏平均 F1（金标出现的标签）' },
    definition: {
      en: `2·TP / (2·TP + FP + FN) of each label of the task that occurs in gold, averaged without weights.${MISSING_EN}`,
      zh: `对金标中出现过的每个任务标签计算 2·TP / (2·TP + FP + FN)，不加权平均。${MISSING_ZH}`,
    },
    metric: f1('macro/supported'),
  },
  {
    id: 'multilabel/macro-f1/all-labels@1',
    title: { en: 'Macro F1 (all labels)', zh: '宏平均 F1（全部标签）' },
    definition: {
      en: `2·TP / (2·TP + FP + FN) of every label that the task lists, averaged without weights over the whole list; a label that occurs neither in gold nor in predictions counts 0.${MISSING_EN}`,
      zh: `对任务标签表中的每个标签计算 2·TP / (2·TP + FP + FN)，在整个标签表上不加权平均；金标与预测中都没有的标签计 0。${MISSING_ZH}`,
    },
    metric: f1('macro/all'),
  },
  {
    id: 'multilabel/subset-accuracy@1',
    title: { en: 'Subset accuracy', zh: '子集准确率' },
    definition: {
      en: `The share of examples whose predicted labels are exactly the gold labels, none missing, none too many, none twice.${MISSING_EN}`,
      zh: `预测标签与金标集合完全一致（不缺、不多、不重复）的样本比例。${MISSING_ZH}`,
    },
    metric: () => subsetAccuracy,
  },
  {
    id: 'multilabel/hamming-loss@1',
    title: { en: 'Hamming loss', zh: '汉明损失' },
    definition: {
      en: `Distinct labels that are in exactly one of gold and prediction, at most as many as the task has for each example, summed over the examples, divided by examples × labels of the task. Smaller is better.${MISSING_EN}`,
      zh: `仅在金标或仅在预测中出现的标签数（重复的只计一次，每个样本至多为任务标签数），对样本求和，除以样本数 × 任务标签数。越小越好。${MISSING_ZH}`,
    },
    unit: 'fraction',
    smallerIsBetter: true,
    metric: (task) => hammingLoss(labelIds(task)),
  },
  oneVersusRestCurve('multilabel', 'roc-auc', goldOf),
  oneVersusRestCurve('multilabel', 'average-precision', goldOf),
];
