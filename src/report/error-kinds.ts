import type { Text } from '../ground/language.ts';

interface KindText {
  readonly id: string;
  readonly title: Text;
  readonly definition: Text;
}

/**
 * The kinds of error. The first part says what went wrong: every error has exactly one of them. The second part says
 * what the error is related to: an error has any number of them.
 */
export const KINDS = [
  {
    id: 'missing-answer',
    title: { en: 'No answer', zh: '未作答' },
    definition: { en: 'There is no answer, or an invalid one.', zh: '没有答案，或答案无效。' },
  },
  {
    id: 'wrong-label',
    title: { en: 'Wrong label', zh: '标签错误' },
    definition: { en: 'A label other than gold.', zh: '标签与金标不同。' },
  },
  {
    id: 'misordered',
    title: { en: 'Wrong order', zh: '排序错误' },
    definition: {
      en: 'A document ranks above one of a higher grade.',
      zh: '某篇文档排在等级更高的文档之前。',
    },
  },
  {
    id: 'missed',
    title: { en: 'Missed', zh: '漏报' },
    definition: { en: 'No answer corresponds to this gold.', zh: '没有任何答案与该金标对应。' },
  },
  {
    id: 'spurious',
    title: { en: 'Spurious', zh: '多报' },
    definition: { en: 'No gold corresponds to this answer.', zh: '没有任何金标与该答案对应。' },
  },
  {
    id: 'type',
    title: { en: 'Wrong type or status', zh: '类型或状态错误' },
    definition: {
      en: 'The right place, name or pair, with another type, status or predicate.',
      zh: '位置、名称或主宾语正确，类型、状态或谓语不同。',
    },
  },
  {
    id: 'boundary-one',
    title: { en: 'Boundary off by one', zh: '边界差一字' },
    definition: {
      en: 'Overlaps gold, and start and end are at most one character off.',
      zh: '与金标重叠，起点与终点各自至多相差一个字符。',
    },
  },
  {
    id: 'boundary',
    title: { en: 'Boundary off by more', zh: '边界偏差较大' },
    definition: {
      en: 'Overlaps gold, and a boundary is off by more than one character.',
      zh: '与金标重叠，边界相差一个字符以上。',
    },
  },
  {
    id: 'nested',
    title: { en: 'Nested or flattened', zh: '嵌套或展平' },
    definition: {
      en: 'One of several overlapping gold entities is missed while another is found, or one gold entity is predicted as several overlapping ones.',
      zh: '相互重叠的金标实体中找到其一而漏掉其他，或对一个金标给出了相互重叠的多个答案。',
    },
  },
  {
    id: 'body-prefix',
    title: { en: 'Body part prefix', zh: '身体部位前缀' },
    definition: {
      en: 'The end is right, and what is missing or superfluous at the start is a body part: 右肺 + 癌.',
      zh: '终点正确，起点处多出或缺少的是身体部位，如“右肺 + 癌”。',
    },
  },
  {
    id: 'width',
    title: { en: 'Half and full width', zh: '半角与全角' },
    definition: {
      en: 'Gold and answer differ only in width, the wrong boundary is at a full-width character, or gold also writes this mention in the other width.',
      zh: '金标与答案仅全半角不同，或错误边界处为全角字符，或金标中该提及另有不同宽度的写法。',
    },
  },
  {
    id: 'case',
    title: { en: 'Letter case', zh: '字母大小写' },
    definition: {
      en: 'Gold and answer differ only in letter case, or gold also writes this mention in other case.',
      zh: '金标与答案仅大小写不同，或金标中该提及另有不同大小写的写法。',
    },
  },
  {
    id: 'number',
    title: { en: 'Numbers and units', zh: '数字与单位' },
    definition: {
      en: 'The characters in question include a figure or a unit; in a pair of texts, the figures differ.',
      zh: '相关字符包含数字或单位；对于句对，两句的数字不同。',
    },
  },
  {
    id: 'negation',
    title: { en: 'Negation', zh: '否定' },
    definition: {
      en: 'True and false are confused; in a pair of texts, the number of negations differs.',
      zh: '“有”与“无”混淆；对于句对，两句的否定词数目不同。',
    },
  },
  {
    id: 'uncertainty',
    title: { en: 'Uncertainty', zh: '不确定' },
    definition: { en: 'Uncertain is confused with true or false.', zh: '“不确定”与“有”或“无”混淆。' },
  },
  {
    id: 'abbreviation',
    title: { en: 'Abbreviation', zh: '缩写' },
    definition: {
      en: 'The mention contains a short form: CT, HPV, 慢阻肺; in a pair of texts, only one of them does.',
      zh: '提及包含缩写，如 CT、HPV、慢阻肺；对于句对，仅其中一句包含。',
    },
  },
] as const satisfies readonly KindText[];

export type KindId = (typeof KINDS)[number]['id'];

/** How many of the first kinds say what went wrong. */
export const SHAPES = 9;

const BIT = new Map<KindId, number>(KINDS.map(({ id }, i) => [id, 1 << i]));

/** A set of kinds as bits. */
export const kinds = (...ids: readonly KindId[]): number => ids.reduce((bits, id) => bits | BIT.get(id)!, 0);

/** Ids of the kinds in a set. */
export const kindIds = (bits: number): KindId[] =>
  KINDS.filter((_, i) => bits & (1 << i)).map(({ id }) => id);
