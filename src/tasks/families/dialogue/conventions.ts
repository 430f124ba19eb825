import type { Average } from '../../../metrics/class-scores.ts';
import type { Metric } from '../../../metrics/metric.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { AnsweredOf } from '../family.ts';
import { type DialogueTypes, STATUSES, type Symptom, type SymptomMention } from './types.ts';

type Item = AnsweredOf<DialogueTypes>;

const inferenceF1 = (average: Average): Metric<Item> =>
  setMetric<Item, Symptom>({
    gold: ({ gold }) => gold.symptoms,
    predicted: ({ prediction }) => prediction.symptoms,
    same: (a, b) => a.name === b.name && a.status === b.status,
    classOf: ({ status }) => status,
    classes: STATUSES,
    average,
  });

const symptomF1: Metric<Item> = setMetric<Item, string>({
  gold: ({ gold }) => gold.symptoms.map(({ name }) => name),
  predicted: ({ prediction }) => [...new Set(prediction.symptoms.map(({ name }) => name))],
  same: (a, b) => a === b,
  classOf: () => 'symptom',
  classes: ['symptom'],
  average: 'micro',
});

const mentionF1: Metric<Item> = setMetric<Item, SymptomMention>({
  gold: ({ gold }) => gold.entities,
  predicted: ({ prediction }) => prediction.entities ?? [],
  same: (a, b) => a.turn === b.turn && a.start === b.start && a.end === b.end,
  classOf: () => 'mention',
  classes: ['mention'],
  average: 'micro',
});

/** As `mentionF1`, and NaN if no answer gives mentions at all: they are optional. */
const entityF1: Metric<Item> = {
  ...mentionF1,
  narrowing: undefined,
  width: mentionF1.width + 1,
  count(unit, counts, offset) {
    mentionF1.count(unit, counts, offset);
    for (const { prediction } of unit) if (prediction.entities) counts[offset + mentionF1.width]++;
  },
  value: (counts) => (counts[mentionF1.width] === 0 ? Number.NaN : mentionF1.value(counts)),
};

const MISSING_EN =
  ' A missing or invalid answer counts as an answer with as many of them as gold has (at least one), all wrong.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）且全错计。';
const GOLD_EN =
  ' Gold is a set of (standard name, status) a dialogue; where turns disagree on a symptom, the reader of the corpus says which status holds.';
const GOLD_ZH = '金标为每段对话的（标准症状名，状态）集合；各句状态不一致时以语料读取规则确定的状态为准。';

/** The first is the default primary metric. */
export const dialogueConventions: readonly Convention<DialogueTypes>[] = [
  {
    id: 'dialogue/symptom-inference-f1@1',
    title: { en: 'Symptom inference F1', zh: '症状推断 F1' },
    definition: {
      en: `A predicted (name, status) of a dialogue is right (TP) if the gold set of the dialogue holds the same standard name with the same status (true, false, uncertain) and no earlier prediction has matched it; any other, a repeated one too, is an FP; an unmatched gold pair is an FN. Over all dialogues: 2·TP / (2·TP + FP + FN).${GOLD_EN}${MISSING_EN}`,
      zh: `对话的一个预测（症状名，状态）若与金标集合中一个尚未匹配的标准症状名及状态（有、无、不确定）都相同为 TP；其余预测（包括重复预测）为 FP；未匹配的金标为 FN。在全部对话上汇总：2·TP / (2·TP + FP + FN)。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: () => inferenceF1('micro'),
  },
  {
    id: 'dialogue/symptom-inference-macro-f1@1',
    title: { en: 'Symptom inference F1 (macro)', zh: '症状推断 F1（宏平均）' },
    definition: {
      en: `TP, FP and FN as under symptom inference F1, but counted separately for each status; 2·TP / (2·TP + FP + FN) of each of the three statuses that occurs in gold, averaged without weights.${GOLD_EN}${MISSING_EN}`,
      zh: `TP、FP、FN 的定义同症状推断 F1，但按状态分别统计；对金标中出现过的每种状态计算 2·TP / (2·TP + FP + FN)，不加权平均。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: () => inferenceF1('macro/supported'),
  },
  {
    id: 'dialogue/symptom-f1@1',
    title: { en: 'Symptom F1', zh: '症状 F1' },
    definition: {
      en: `As symptom inference F1, on the set of standard names of a dialogue alone: statuses are ignored, and a name that is predicted with several statuses counts once.${GOLD_EN}${MISSING_EN}`,
      zh: `同症状推断 F1，但只比较每段对话的标准症状名集合：忽略状态，同名而状态不同的多个预测只计一次。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: () => symptomF1,
  },
  {
    id: 'dialogue/symptom-entity-f1@1',
    title: { en: 'Symptom entity F1', zh: '症状实体 F1' },
    definition: {
      en: `A predicted mention is right (TP) if its turn, start and end all equal those of a gold mention that no earlier prediction has matched; any other, a repeated one too, is an FP; an unmatched gold mention is an FN. Over all dialogues: 2·TP / (2·TP + FP + FN). Names and statuses of mentions are not compared. An answer without mentions gives none; undefined where no answer gives any list of mentions.${MISSING_EN}`,
      zh: `预测的症状提及若句子序号、起点与终点都与一个尚未匹配的金标提及相同为 TP；其余预测（包括重复预测）为 FP；未匹配的金标为 FN。在全部对话上汇总：2·TP / (2·TP + FP + FN)。不比较提及的症状名与状态。未给出提及的答案视为没有提及；所有答案都未给出提及列表时无定义。${MISSING_ZH}`,
    },
    metric: () => entityF1,
  },
];
