import type { Metric } from '../../../metrics/metric.ts';
import { ratio } from '../../../metrics/metric.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { AnsweredOf } from '../family.ts';
import type { NormalisationTypes } from './types.ts';

type Item = AnsweredOf<NormalisationTypes>;

const distinct = (terms: readonly string[]): string[] => [...new Set(terms)];

const termF1: Metric<Item> = setMetric<Item, string>({
  gold: ({ gold }) => gold.terms,
  predicted: ({ prediction }) => distinct(prediction.terms),
  same: (a, b) => a === b,
  classOf: () => 'term',
  classes: ['term'],
  average: 'micro',
});

/** Share of texts whose set of terms is exactly right. */
const exactSets: Metric<Item> = {
  width: 2,
  count(unit, counts, offset) {
    for (const { gold, prediction } of unit) {
      const [right, answered] = [distinct(gold.terms), new Set(prediction.terms)];
      if (right.length === answered.size && right.every((term) => answered.has(term))) counts[offset]++;
    }
    counts[offset + 1] += unit.length;
  },
  value: (counts) => ratio(counts[0], counts[1]),
  details: (counts) => ({ correct: counts[0], total: counts[1] }),
};

const MISSING_EN = ' A missing or invalid answer counts as one wrong term per gold term, at least one.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）的错误术语计。';

/** The first is the default primary metric. */
export const normalisationConventions: readonly Convention<NormalisationTypes>[] = [
  {
    id: 'normalisation/term-f1@1',
    title: { en: 'Term F1', zh: '标准词 F1' },
    definition: {
      en: `Gold and prediction of a text are sets of terms; a term counts once, whatever its place or how often it is given. A predicted term is right (TP) if gold of the same text holds it, character by character; any other is an FP, a gold term that is not predicted an FN. Over all texts: 2·TP / (2·TP + FP + FN).${MISSING_EN}`,
      zh: `每条文本的金标与预测都是术语集合：与次序和重复次数无关。预测术语逐字出现在同一文本的金标中为 TP，否则为 FP；未被预测的金标术语为 FN。在全部文本上汇总：2·TP / (2·TP + FP + FN)。${MISSING_ZH}`,
    },
    metric: () => termF1,
  },
  {
    id: 'normalisation/exact-set@1',
    title: { en: 'Exact sets', zh: '术语集合全对率' },
    definition: {
      en: 'The share of texts whose set of predicted terms equals the set of gold terms. A missing or invalid answer is wrong, unlike gold.',
      zh: '预测术语集合与金标术语集合完全相同的文本所占比例。缺失或无效的答案按答错计。',
    },
    metric: () => exactSets,
  },
];
