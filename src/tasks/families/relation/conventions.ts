import type { Average } from '../../../metrics/class-scores.ts';
import { setMetric } from '../../../metrics/sets.ts';
import { relaxedTripleF1, sameTriple } from '../../../metrics/triples.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import type { RelationTypes, Triple } from './types.ts';

type Item = AnsweredOf<RelationTypes>;

const goldOf = ({ gold }: Item): readonly Triple[] => gold.triples;
const predictedOf = ({ prediction }: Item): readonly Triple[] => prediction.triples;

const strict = (average: Average) => (task: Task) =>
  setMetric<Item, Triple>({
    gold: goldOf,
    predicted: predictedOf,
    same: sameTriple,
    classOf: ({ predicate }) => predicate,
    classes: labelIds(task),
    average,
  });

const MISSING_EN =
  ' A missing or invalid answer counts as an answer with as many triples as gold has (at least one), all of them wrong.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）且全错的三元组计。';

/** The first is the default primary metric. */
export const relationConventions: readonly Convention<RelationTypes>[] = [
  {
    id: 'relation/strict-f1@1',
    title: { en: 'Triple F1 (strict)', zh: '三元组 F1（严格）' },
    definition: {
      en: `A predicted triple is right (TP) if subject, predicate and object all equal, character by character, those of a gold triple of the same text that no earlier prediction has matched; any other, a repeated one too, is an FP; an unmatched gold triple is an FN. Types of subject and object are not compared; gold triples that are equal without them count once. Over all texts: 2·TP / (2·TP + FP + FN).${MISSING_EN}`,
      zh: `预测三元组的主语、谓语、宾语逐字与同一文本中一个尚未匹配的金标三元组相同为 TP；其余预测（包括重复预测）为 FP；未匹配的金标为 FN。不比较主语与宾语的类型，去掉类型后相同的金标只计一次。在全部文本上汇总：2·TP / (2·TP + FP + FN)。${MISSING_ZH}`,
    },
    metric: strict('micro'),
  },
  {
    id: 'relation/relaxed-f1@1',
    title: { en: 'Triple F1 (relaxed boundaries)', zh: '三元组 F1（边界放宽）' },
    definition: {
      en: `As strict triple F1, but a prediction fits a gold triple if the predicates are equal, one of the two subjects contains the other, and one of the two objects contains the other. Predictions and gold triples of a text are matched one to one, as many as possible; TP is the size of that matching.${MISSING_EN}`,
      zh: `同严格三元组 F1，但只要谓语相同，且两个主语之一包含另一个、两个宾语之一包含另一个，即视为相符。同一文本的预测与金标一对一匹配且匹配数取最大，TP 即该最大匹配数。${MISSING_ZH}`,
    },
    metric: () => relaxedTripleF1(goldOf, predictedOf),
  },
  {
    id: 'relation/strict-macro-f1@1',
    title: { en: 'Triple F1 (strict, macro)', zh: '三元组 F1（严格，宏平均）' },
    definition: {
      en: `TP, FP and FN as under strict triple F1, but a predicate each; 2·TP / (2·TP + FP + FN) of each predicate of the task that occurs in gold, averaged without weights.${MISSING_EN}`,
      zh: `TP、FP、FN 的定义同严格三元组 F1，但按谓语分别统计；对金标中出现过的每个任务谓语计算 2·TP / (2·TP + FP + FN)，不加权平均。${MISSING_ZH}`,
    },
    metric: strict('macro/supported'),
  },
];
