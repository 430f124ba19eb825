import type { Average } from '../../../metrics/class-scores.ts';
import { type MucScheme, mucF1 } from '../../../metrics/muc.ts';
import { setMetric } from '../../../metrics/sets.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import { partsOf } from './fragments.ts';
import type { Entity, NerTypes } from './types.ts';

type Item = AnsweredOf<NerTypes>;

const goldOf = ({ gold }: Item): readonly Entity[] => gold.entities;
/** A quote that is not in the text is an empty span: no gold entity equals or overlaps it. */
const predictedOf = ({ prediction: { entities, unaligned } }: Item): readonly Entity[] =>
  unaligned === undefined
    ? entities
    : [...entities, ...unaligned.map(({ type }) => ({ start: 0, end: 0, type }))];

interface Mention {
  readonly text: string;
  readonly type: string;
}

/** Distinct (text, type). */
const distinct = (mentions: readonly Mention[]): readonly Mention[] => [
  ...new Map(mentions.map((mention) => [`${mention.type}\n${mention.text}`, mention])).values(),
];
const mentionsOf = (entities: readonly Entity[], text: string): Mention[] =>
  entities.map(({ start, end, type }) => ({ text: text.slice(start, end), type }));

const mentionSet = (task: Task) =>
  setMetric<Item, Mention>({
    gold: ({ gold, input }) => distinct(mentionsOf(gold.entities, input.text)),
    predicted: ({ prediction: { entities, unaligned = [] }, input }) =>
      distinct([
        ...mentionsOf(entities, input.text),
        ...unaligned.map(({ quote, type }) => ({ text: quote, type })),
      ]),
    same: (a, b) => a.text === b.text && a.type === b.type,
    classOf: ({ type }) => type,
    classes: labelIds(task),
    average: 'micro',
  });

const strict = (average: Average) => (task: Task) =>
  setMetric<Item, Entity>({
    gold: goldOf,
    predicted: predictedOf,
    same: (a, b) => a.start === b.start && a.end === b.end && a.type === b.type,
    classOf: ({ type }) => type,
    classes: labelIds(task),
    average,
  });

const byParts = (task: Task) =>
  setMetric<Item, Entity>({
    gold: goldOf,
    predicted: predictedOf,
    same: (a, b) => a.type === b.type && partsOf(a) === partsOf(b),
    classOf: ({ type }) => type,
    classes: labelIds(task),
    average: 'micro',
  });

const MISSING_EN =
  ' A missing or invalid answer counts as an answer with as many entities as gold has (at least one), all of them spurious.';
const MISSING_ZH = '缺失或无效的答案按与金标等量（至少一个）且全部多报的实体计。';
const GOLD_EN =
  ' Gold is every mention of the JSON corpus over the full text: nothing is cut off at a length, overlapping and nested mentions count, and a mention annotated twice with the same offsets and type counts once.';
const GOLD_ZH =
  '金标为 JSON 语料在全文上的全部标注：不按长度截断，重叠与嵌套的实体都计入，偏移与类型完全相同的重复标注只计一次。';

const MUC: Readonly<Record<MucScheme, { title: Convention['title']; en: string; zh: string }>> = {
  strict: {
    title: { en: 'MUC strict F1', zh: 'MUC 严格 F1' },
    en: 'It is correct if start, end and type are equal; otherwise an overlap is incorrect.',
    zh: '起止与类型都相同为正确；其余有重叠者为错误。',
  },
  exact: {
    title: { en: 'Boundary F1', zh: '边界 F1' },
    en: 'It is correct if start and end are equal, whatever the types; any other overlap is incorrect.',
    zh: '起止相同即为正确，不看类型；其余有重叠者为错误。',
  },
  partial: {
    title: { en: 'Partial F1', zh: '部分匹配 F1' },
    en: 'It is correct if start and end are equal, and partial if the two only overlap, whatever the types.',
    zh: '起止相同为正确，仅有重叠为部分正确，均不看类型。',
  },
  type: {
    title: { en: 'Type F1', zh: '类型 F1' },
    en: 'It is correct if the two overlap and have the same type; an overlap with another type is incorrect.',
    zh: '有重叠且类型相同为正确；有重叠而类型不同为错误。',
  },
};

function mucConvention(scheme: MucScheme): Convention<NerTypes> {
  const { title, en, zh } = MUC[scheme];
  const pick =
    scheme === 'type' ? 'the correct one whose boundaries are closest' : 'the first that is correct';
  const pickZh = scheme === 'type' ? '边界最接近的正确者' : '第一个正确者';
  return {
    id: `ner/muc/${scheme}/full-text/json@1`,
    title,
    definition: {
      en: `Gold and predicted entities of a text are sorted by start, end, type. Each prediction in turn takes one gold entity that is not yet taken: ${pick}, else the first that it overlaps, else none. ${en} A prediction that takes none is spurious, a gold entity that is never taken is missed. With the counts of all texts, P = (correct + partial/2) / predicted, R = (correct + partial/2) / gold, and the score is 2PR/(P+R). The procedure is nervaluate's.${GOLD_EN}${MISSING_EN}`,
      zh: `每篇文本的金标与预测实体按起点、终点、类型排序。各预测依次占用一个尚未被占用的金标：${pickZh}，否则第一个与其重叠者，否则没有。${zh}未占到金标的预测为多报，未被占用的金标为漏报。汇总所有文本后，P = (正确 + 部分/2) / 预测数，R = (正确 + 部分/2) / 金标数，分数为 2PR/(P+R)。过程与 nervaluate 相同。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: () => mucF1(scheme, goldOf, predictedOf),
  };
}

/** The first is the default primary metric. */
export const nerConventions: readonly Convention<NerTypes>[] = [
  {
    id: 'ner/strict/micro/full-text/json@1',
    title: { en: 'Strict F1 (micro)', zh: '严格 F1（微平均）' },
    definition: {
      en: `A predicted entity is right (TP) if its start, end and type all equal those of a gold entity of the same text that no earlier prediction has matched; any other prediction, a repeated one too, is an FP; a gold entity that is never matched is an FN. Over all texts, also those without entities: 2·TP / (2·TP + FP + FN).${GOLD_EN}${MISSING_EN}`,
      zh: `预测实体的起点、终点与类型都与同一文本中一个尚未匹配的金标实体相同为 TP；其余预测（包括重复预测）为 FP；未被匹配的金标为 FN。在全部文本（包括没有实体的文本）上汇总，计算 2·TP / (2·TP + FP + FN)。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: strict('micro'),
  },
  {
    id: 'ner/strict/macro/full-text/json@1',
    title: { en: 'Strict F1 (macro)', zh: '严格 F1（宏平均）' },
    definition: {
      en: `TP, FP and FN as under strict micro F1, but counted separately for each type; 2·TP / (2·TP + FP + FN) of each type of the task that occurs in gold, averaged without weights.${GOLD_EN}${MISSING_EN}`,
      zh: `TP、FP、FN 的定义同严格微平均 F1，但按类型分别统计；对金标中出现过的每个任务类型计算 2·TP / (2·TP + FP + FN)，不加权平均。${GOLD_ZH}${MISSING_ZH}`,
    },
    metric: strict('macro/supported'),
  },
  {
    id: 'ner/mention-set@1',
    title: {
      en: 'Mention set F1 (text and type, no offsets)',
      zh: '提及集合 F1（只看文字与类型，不看位置）',
    },
    definition: {
      en: 'Gold and predicted entities of a text become sets of (words, type): how often and where they stand does not count. TP, FP and FN compare the two sets, character by character; over all texts: 2·TP / (2·TP + FP + FN). It is the rule of many published scores of language models, and easier than span F1: never compare the two. A missing or invalid answer counts as one entity for each of gold (at least one), with no words, which counts once for each type.',
      zh: '将每篇文本的金标与预测实体化为（文字，类型）集合，不计次数与位置；逐字比较两个集合得到 TP、FP、FN，在全部文本上汇总：2·TP / (2·TP + FP + FN)。许多已发表的大模型分数采用此规则，它比按位置的 F1 宽松，二者不可相互比较。缺失或无效的答案按与金标等量（至少一个）、文字为空的实体计，同一类型只计一次。',
    },
    metric: mentionSet,
  },
  {
    id: 'ner/fragments@1',
    title: { en: 'Strict F1 of parts (discontinuous entities)', zh: '分段严格 F1（不连续实体）' },
    definition: {
      en: `As strict micro F1, but two entities are the same if their types and all of their parts are equal: an entity without \`fragments\` is one part, from start to end, and parts that touch count as one. The other rules compare the hull of a discontinuous entity, from its first part to its last; this one is shown for tasks that have any.${GOLD_EN}${MISSING_EN}`,
      zh: `同严格微平均 F1，但两个实体的类型与全部分段都相同才算相同：没有 \`fragments\` 的实体视为从起点到终点的一段，首尾相接的分段视为一段。其余口径对不连续实体只比较其首段起点至末段终点的整体范围；含有不连续实体的任务才显示本口径。${GOLD_ZH}${MISSING_ZH}`,
    },
    suits: ({ discontinuous = false }) => discontinuous,
    metric: byParts,
  },
  mucConvention('exact'),
  mucConvention('partial'),
  mucConvention('type'),
  mucConvention('strict'),
];
