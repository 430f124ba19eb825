import { type Curve, labelCurve, macroCurve } from '../../../metrics/scored.ts';
import type { Convention } from '../../convention.ts';
import type { AnsweredOf, FamilyTypes } from '../family.ts';
import { labelIds } from './label-names.ts';
import { positiveOf } from './label-rules.ts';
import type { SingleLabelTypes } from './single-label.ts';

/** Families whose predictions may carry one score per label. */
interface ScoredTypes extends FamilyTypes {
  readonly prediction: { readonly scores?: Readonly<Record<string, number>> };
}

type SingleLabelItem = AnsweredOf<SingleLabelTypes<object>>;

const hasLabel = ({ gold }: SingleLabelItem, label: string): boolean => gold.label === label;

/** The gold label of a single-label example. */
export const goldLabelOf = ({ gold }: SingleLabelItem): readonly string[] => [gold.label];

const CURVES = {
  'roc-auc': {
    title: { en: 'ROC-AUC', zh: 'ROC 曲线下面积' },
    en: 'the share of all pairs of one example with this gold label and one without it in which the first has the higher score, a tie counting one half',
    zh: '在所有“一个金标为该标签的样本、一个不是”的样本对中，前者分数更高的比例，同分计一半',
  },
  'average-precision': {
    title: { en: 'Average precision', zh: '平均精确率' },
    en: 'Σ (R_n − R_{n−1})·P_n over the distinct scores as falling thresholds, with P_n and R_n the precision and recall at the n-th (no interpolation)',
    zh: '以各个不同分数由高到低为阈值，Σ (R_n − R_{n−1})·P_n，P_n、R_n 为第 n 个阈值处的精确率与召回率（不插值）',
  },
} as const;

/** Area under a curve of the positive label. */
export function positiveCurve<Input extends object>(
  family: string,
  curve: Curve,
): Convention<SingleLabelTypes<Input>> {
  const { title, en, zh } = CURVES[curve];
  return {
    id: `${family}/${curve}@1`,
    title,
    definition: {
      en: `From the score that each prediction gives to the task's positive label: ${en}. Scores must compare across examples (a probability, or the difference of two logits, not one logit). Undefined unless every example has such a score.`,
      zh: `取每个预测给任务正类标签的分数：${zh}。分数须可在样本间比较（概率或两个 logit 之差，而非单个 logit）。只要有一个样本缺分数即无定义。`,
    },
    metric: (task) => labelCurve(curve, positiveOf(task), hasLabel),
  };
}

/** Mean area under a curve, one label against the rest. */
export function oneVersusRestCurve<T extends ScoredTypes>(
  family: string,
  curve: Curve,
  goldOf: (item: AnsweredOf<T>) => readonly string[],
): Convention<T> {
  const { title, en, zh } = CURVES[curve];
  return {
    id: `${family}/${curve}/macro@1`,
    title: { en: `${title.en} (macro)`, zh: `${title.zh}（宏平均）` },
    definition: {
      en: `For each label of the task that some scored examples have as gold and some do not, from the score that each prediction gives to it: ${en}; then the unweighted mean over these labels. Undefined unless every example has a score for each of them.`,
      zh: `对每个在被评样本中既有金标又有非金标的任务标签，取每个预测给它的分数：${zh}；再对这些标签不加权平均。只要有一个样本缺其中任一标签的分数即无定义。`,
    },
    metric: (task) => macroCurve<AnsweredOf<T>>(curve, labelIds(task), goldOf),
  };
}
