import type { Average } from '../../../metrics/class-scores.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import { placesKey, wordsKey } from './answers.ts';
import type { CausalRelation, CausalTypes } from './types.ts';

type Item = AnsweredOf<CausalTypes>;

interface Keyed {
  readonly key: string;
  readonly relation: string;
}

type KeyOf = (relation: CausalRelation, text: string) => string;

/** Relations with words that are not in the text are like no gold. */
const predictedOf = ({ prediction: { relations, unaligned = [] }, input }: Item, keyOf: KeyOf): Keyed[] => [
  ...relations.map((one) => ({ key: keyOf(one, input.text), relation: one.relation })),
  ...unaligned.map(({ relation }) => ({ key: '', relation })),
];

const relationF1 = (average: Average, keyOf: KeyOf) => (task: Task) =>
  setMetric<Item, Keyed>({
    gold: ({ gold, input }) =>
      gold.relations.map((one) => ({ key: keyOf(one, input.text), relation: one.relation })),
    predicted: (item) => predictedOf(item, keyOf),
    same: (a, b) => a.key === b.key,
    classOf: ({ relation }) => relation,
    classes: labelIds(task),
    average,
  });

const MISSING_EN =
  ' A missing or invalid answer counts as an answer with as many relations as gold has (at least one), all of them wrong.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）且全错的关系计。';

/** The first is the default primary metric. */
export const causalConventions: readonly Convention<CausalTypes>[] = [
  {
    id: 'causal/macro-f1@1',
    title: { en: 'Relation F1 (macro)', zh: '关系 F1（宏平均）' },
    definition: {
      en: `A predicted relation is right (TP) if its label, the places of its head and of its tail equal those of a gold relation of the same text that no earlier prediction has matched; where the tail is itself a relation, its label and both its places must be equal too. Any other prediction, a repeated one too, is an FP; an unmatched gold relation is an FN. 2·TP / (2·TP + FP + FN) over all texts for each label, averaged without weights over all labels of the task; a label that occurs neither in gold nor in predictions counts 0. A conditional relation counts under its own label, and not under that of the relation inside.${MISSING_EN}`,
      zh: `预测关系的标签、头与尾的位置均与同一文本中一个尚未匹配的金标关系相同为 TP；若尾本身是一个关系，其标签与两处位置也须相同。其余预测（包括重复预测）为 FP，未匹配的金标为 FN。对每个标签在全部文本上计算 2·TP / (2·TP + FP + FN)，在任务的全部标签上不加权平均；金标与预测中都没有的标签计 0。条件关系只计入自身的标签，不计入其内部关系的标签。${MISSING_ZH}`,
    },
    metric: relationF1('macro/all', placesKey),
  },
  {
    id: 'causal/micro-f1@1',
    title: { en: 'Relation F1 (micro)', zh: '关系 F1（微平均）' },
    definition: {
      en: `TP, FP and FN as under macro relation F1, summed over all labels: 2·TP / (2·TP + FP + FN).${MISSING_EN}`,
      zh: `TP、FP、FN 的定义同关系宏平均 F1，但在全部标签上相加：2·TP / (2·TP + FP + FN)。${MISSING_ZH}`,
    },
    metric: relationF1('micro', placesKey),
  },
  {
    id: 'causal/words-f1@1',
    title: { en: 'Relation F1 (words, without places)', zh: '关系 F1（只比词语，不比位置）' },
    definition: {
      en: `As micro relation F1, but mentions are compared by their words, character by character, wherever they stand in the text; gold relations that are equal without places count once.${MISSING_EN}`,
      zh: `同关系微平均 F1，但提及只逐字比较词语，不论在文本中的位置；去掉位置后相同的金标关系只计一次。${MISSING_ZH}`,
    },
    metric: relationF1('micro', wordsKey),
  },
];
