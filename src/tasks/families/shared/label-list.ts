import { counted } from '../../../ground/counted.ts';
import type { Text } from '../../../ground/language.ts';
import type { Average } from '../../../metrics/class-scores.ts';
import { accuracy, type LabelItem, labelF1 } from '../../../metrics/labels.ts';
import type { Metric } from '../../../metrics/metric.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf, FamilyTypes, Fault } from '../family.ts';
import { asLabel, knownLabels, type Line, labelFault, readList } from './faults.ts';
import { labelIds } from './label-names.ts';

/** Families with one label for each of several parts of an input: the turns of a dialogue, its mentions. */
export interface Parts {
  /** In the plural. */
  readonly name: Text;
}

/** The labels of `line[field]`, one for each of `count` parts, or the faults of the list. */
export function readLabelList(
  line: Line,
  field: string,
  count: number,
  { name }: Parts,
  task: Task,
): string[] | { readonly faults: readonly Fault[] } {
  const known = knownLabels(task);
  const labels = readList<string>(line, field, (value, place) => {
    const label = asLabel(value);
    const fault = labelFault(label, place, known);
    return fault ? [fault] : String(label);
  });
  if ('faults' in labels || labels.length === count) return labels;
  const message = {
    en: `"${field}" has ${counted(labels.length, 'label')}, but there are ${count} ${name.en}`,
    zh: `“${field}”有 ${labels.length} 个标签，而${name.zh}有 ${count} 个`,
  };
  return { faults: [{ code: 'wrong-count', field, message }] };
}

interface ListRules<T extends FamilyTypes> extends Parts {
  readonly family: string;
  /** Gold and predicted labels, aligned. */
  labelsOf(item: AnsweredOf<T>): { readonly gold: readonly string[]; readonly predicted: readonly string[] };
}

type RuleName = 'accuracy' | 'macro-f1/supported' | 'macro-f1/observed';

/** The conventions of a family with one label per part, in the given order; the first is the default primary metric. */
export function labelListConventions<T extends FamilyTypes>(
  { family, name, labelsOf }: ListRules<T>,
  order: readonly RuleName[],
): Convention<T>[] {
  const overParts = ({ narrowing: _, count, ...metric }: Metric<LabelItem>): Metric<AnsweredOf<T>> => ({
    ...metric,
    count: (unit, counts, offset) =>
      count(
        unit.flatMap((item) => {
          const { gold, predicted } = labelsOf(item);
          return gold.map((label, i) => ({ gold: { label }, prediction: { label: predicted[i] ?? '' } }));
        }),
        counts,
        offset,
      ),
  });
  const f1 = (average: Average) => (task: Task) => overParts(labelF1(labelIds(task), average));
  const rest = {
    en: ` All ${name.en} count alike; intervals resample whole examples. A missing or invalid answer counts as a wrong label for each: the one after the gold label in the list of labels, cyclically.`,
    zh: `全部${name.zh}同等计数；区间按样本整体重抽样。缺失或无效的答案按全部答错计：记为标签表中金标的下一个标签（循环）。`,
  };
  const rules: Readonly<Record<RuleName, Pick<Convention<T>, 'title' | 'definition' | 'metric'>>> = {
    accuracy: {
      title: { en: 'Accuracy', zh: '准确率' },
      definition: {
        en: `The number of ${name.en} whose predicted label equals the gold label, divided by the number of ${name.en}.${rest.en}`,
        zh: `预测与金标相同的${name.zh}数除以${name.zh}总数。${rest.zh}`,
      },
      metric: () => overParts(accuracy),
    },
    'macro-f1/supported': {
      title: { en: 'Macro F1 (labels in gold)', zh: '宏平均 F1（金标出现的标签）' },
      definition: {
        en: `F1 = 2·TP / (2·TP + FP + FN) of each label that occurs in gold, over all ${name.en}, averaged without weights.${rest.en}`,
        zh: `在全部${name.zh}上，对金标中出现过的每个标签计算 F1 = 2·TP / (2·TP + FP + FN)，不加权平均。${rest.zh}`,
      },
      metric: f1('macro/supported'),
    },
    'macro-f1/observed': {
      title: { en: 'Macro F1 (labels in gold or predictions)', zh: '宏平均 F1（金标或预测出现的标签）' },
      definition: {
        en: `As macro F1 over the labels in gold, but a label that is predicted and occurs nowhere in gold is averaged in with 0: what scikit-learn computes by default, and official scripts with it.${rest.en}`,
        zh: `同“金标出现的标签”宏平均，但金标中没有而被预测到的标签以 0 计入平均：即 scikit-learn 的默认算法，官方脚本亦然。${rest.zh}`,
      },
      metric: f1('macro/observed'),
    },
  };
  return order.map((rule) => ({ id: `${family}/${rule}@1`, ...rules[rule] }));
}
