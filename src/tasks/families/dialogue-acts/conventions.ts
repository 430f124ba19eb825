import type { Average } from '../../../metrics/class-scores.ts';
import { accuracy, type LabelItem, labelF1 } from '../../../metrics/labels.ts';
import type { Metric } from '../../../metrics/metric.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import type { DialogueActsTypes } from './types.ts';

type Item = AnsweredOf<DialogueActsTypes>;

const turnsOf = ({ gold, prediction }: Item): LabelItem[] =>
  gold.acts.map((label, i) => ({ gold: { label }, prediction: { label: prediction.acts[i] ?? '' } }));

/** A metric of labels, with every turn as an item. */
const overTurns = ({ narrowing: _, count, ...metric }: Metric<LabelItem>): Metric<Item> => ({
  ...metric,
  count: (unit, counts, offset) => count(unit.flatMap(turnsOf), counts, offset),
});

const f1 = (average: Average) => (task: Task) => overTurns(labelF1(labelIds(task), average));

const TURNS_EN = ' Turns of all dialogues count alike; intervals resample dialogues.';
const TURNS_ZH = '全部对话的句子同等计数；区间按对话重抽样。';
const MISSING_EN =
  ' A missing or invalid answer counts as a wrong act for every turn: the one after the gold act in the list of labels, cyclically.';
const MISSING_ZH = '缺失或无效的答案按每句答错计：记为标签表中金标的下一个标签（循环）。';

/** The first is the default primary metric. */
export const dialogueActsConventions: readonly Convention<DialogueActsTypes>[] = [
  {
    id: 'dialogue-acts/accuracy@1',
    title: { en: 'Accuracy', zh: '准确率' },
    definition: {
      en: `The number of turns whose predicted act equals the gold act, divided by the number of turns.${TURNS_EN}${MISSING_EN}`,
      zh: `预测与金标相同的句子数除以句子总数。${TURNS_ZH}${MISSING_ZH}`,
    },
    metric: () => overTurns(accuracy),
  },
  {
    id: 'dialogue-acts/macro-f1/supported@1',
    title: { en: 'Macro F1 (acts in gold)', zh: '宏平均 F1（金标出现的类别）' },
    definition: {
      en: `F1 = 2·TP / (2·TP + FP + FN) of each act that occurs in gold, over turns, averaged without weights.${TURNS_EN}${MISSING_EN}`,
      zh: `以句子为单位，对金标中出现过的每个类别计算 F1 = 2·TP / (2·TP + FP + FN)，不加权平均。${TURNS_ZH}${MISSING_ZH}`,
    },
    metric: f1('macro/supported'),
  },
  {
    id: 'dialogue-acts/macro-f1/observed@1',
    title: { en: 'Macro F1 (acts in gold or predictions)', zh: '宏平均 F1（金标或预测出现的类别）' },
    definition: {
      en: `As macro F1 over the acts in gold, but an act that is predicted and occurs nowhere in gold is averaged in with 0: what scikit-learn computes by default, and the scripts of PromptCBLUE with it.${TURNS_EN}${MISSING_EN}`,
      zh: `同上，但金标中没有而被预测到的类别以 0 计入平均：即 scikit-learn 的默认算法，PromptCBLUE 脚本亦然。${TURNS_ZH}${MISSING_ZH}`,
    },
    metric: f1('macro/observed'),
  },
];
