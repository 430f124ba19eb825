import type { Average } from '../../../metrics/class-scores.ts';
import { matthews } from '../../../metrics/confusion.ts';
import { accuracy, labelF1 } from '../../../metrics/labels.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import { labelIds } from './label-names.ts';
import type { SingleLabelTypes } from './single-label.ts';

/** The label whose F1 is the positive-class F1; `1` where a task names none. */
export const positiveOf = (task: Task): string => task.positive ?? '1';

const f1 = (average: Average) => (task: Task) => labelF1(labelIds(task), average);

const MISSING_EN =
  ' A missing or invalid answer counts as a wrong label: the one after the gold label in the list of labels, cyclically.';
const MISSING_ZH = '缺失或无效的答案按答错计：记为标签表中金标的下一个标签（循环）。';

/** The conventions that mean the same in every single-label family, by the last part of their id. */
export const SINGLE_LABEL_RULES = {
  accuracy: {
    title: { en: 'Accuracy', zh: '准确率' },
    definition: {
      en: `The number of examples whose predicted label equals the gold label, divided by the number of examples.${MISSING_EN}`,
      zh: `预测标签与金标相同的样本数除以样本总数。${MISSING_ZH}`,
    },
    metric: () => accuracy,
  },
  'positive-f1': {
    title: { en: 'F1 of the positive class', zh: '正类 F1' },
    definition: {
      en: `2·TP / (2·TP + FP + FN) for the task's positive label: TP are examples where both gold and prediction are positive, FP where only the prediction is, FN where only gold is. Undefined where nothing is positive on either side.${MISSING_EN}`,
      zh: `以任务的正类标签计 2·TP / (2·TP + FP + FN)：TP 为金标与预测皆为正类的样本，FP 为仅预测为正类，FN 为仅金标为正类。两边都没有正类时无定义。${MISSING_ZH}`,
    },
    metric: (task: Task) => f1({ only: positiveOf(task) })(task),
  },
  'micro-f1': {
    title: { en: 'Micro F1', zh: '微平均 F1' },
    definition: {
      en: `TP, FP and FN are summed over all labels, then 2·TP / (2·TP + FP + FN). As every example has one gold and one predicted label, this equals accuracy.${MISSING_EN}`,
      zh: `先把所有标签的 TP、FP、FN 相加，再算 2·TP / (2·TP + FP + FN)。每个样本恰有一个金标与一个预测，因此与准确率相等。${MISSING_ZH}`,
    },
    metric: f1('micro'),
  },
  'macro-f1/supported': {
    title: { en: 'Macro F1 (labels in gold)', zh: '宏平均 F1（金标出现的标签）' },
    definition: {
      en: `F1 = 2·TP / (2·TP + FP + FN) of each label of the task that occurs in the gold of the scored examples, averaged without weights. Labels without gold examples are left out, but predicting one still costs the gold label its recall.${MISSING_EN}`,
      zh: `对被评样本金标中出现过的每个任务标签计算 F1 = 2·TP / (2·TP + FP + FN)，不加权平均。金标中没有的标签不参与平均，但误报成它们仍会降低金标标签的召回。${MISSING_ZH}`,
    },
    metric: f1('macro/supported'),
  },
  'macro-f1/observed': {
    title: { en: 'Macro F1 (labels in gold or predictions)', zh: '宏平均 F1（金标或预测出现的标签）' },
    definition: {
      en: `F1 = 2·TP / (2·TP + FP + FN) of each label of the task that occurs in the gold or in the predictions of the scored examples, averaged without weights: what scikit-learn computes by default, and with it the official scripts of CBLUE. A label that is predicted though no example has it adds a 0 to the average, so that one such slip may cost several points.${MISSING_EN}`,
      zh: `对被评样本的金标或预测中出现过的每个任务标签计算 F1 = 2·TP / (2·TP + FP + FN)，不加权平均：即 scikit-learn 的默认算法，CBLUE 官方脚本亦然。金标中没有而被预测到的标签以 0 计入平均，因此一次误报就可能损失数个百分点。${MISSING_ZH}`,
    },
    metric: f1('macro/observed'),
  },
  'macro-f1/all-labels': {
    title: { en: 'Macro F1 (all labels)', zh: '宏平均 F1（全部标签）' },
    definition: {
      en: `F1 = 2·TP / (2·TP + FP + FN) of every label that the task lists, averaged without weights over the whole list; a label that occurs neither in gold nor in predictions counts 0.${MISSING_EN}`,
      zh: `对任务标签表中的每个标签计算 F1 = 2·TP / (2·TP + FP + FN)，在整个标签表上不加权平均；金标与预测中都没有的标签计 0。${MISSING_ZH}`,
    },
    metric: f1('macro/all'),
  },
  'weighted-f1': {
    title: { en: 'Weighted F1', zh: '加权 F1' },
    definition: {
      en: `F1 = 2·TP / (2·TP + FP + FN) of each label of the task, averaged with the number of its gold examples as weight.${MISSING_EN}`,
      zh: `对每个任务标签计算 F1 = 2·TP / (2·TP + FP + FN)，以其金标样本数为权重平均。${MISSING_ZH}`,
    },
    metric: f1('weighted'),
  },
  mcc: {
    title: { en: 'Matthews correlation', zh: '马修斯相关系数' },
    definition: {
      en: `Gorodkin's R_K from the confusion matrix: (c·s − Σ p_k·t_k) / √((s² − Σ p_k²)(s² − Σ t_k²)), with s examples, c of them right, t_k gold and p_k predicted examples of label k. From −1 to 1; undefined where gold or predictions hold only one label. The confusion matrix stands beside it.${MISSING_EN}`,
      zh: `由混淆矩阵计算 Gorodkin 的 R_K：(c·s − Σ p_k·t_k) / √((s² − Σ p_k²)(s² − Σ t_k²))，其中 s 为样本数，c 为答对数，t_k、p_k 为标签 k 的金标数与预测数。取值 −1 到 1；金标或预测只有一个标签时无定义。混淆矩阵列于其旁。${MISSING_ZH}`,
    },
    unit: 'fraction',
    metric: (task: Task) => matthews(labelIds(task)),
  },
} as const;

type Rule = keyof typeof SINGLE_LABEL_RULES;

/** One convention per rule, in the given order, e.g. `inference/accuracy@1`. */
export function singleLabelConventions<Input extends object>(
  family: string,
  rules: readonly Rule[],
): Convention<SingleLabelTypes<Input>>[] {
  return rules.map((rule) => ({ id: `${family}/${rule}@1`, ...SINGLE_LABEL_RULES[rule] }));
}
