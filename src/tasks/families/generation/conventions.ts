import type { Text } from '../../../ground/language.ts';
import {
  corpusBleu,
  meanOf,
  namesF1,
  type RougeName,
  rougeMean,
  type WrittenOf,
} from '../../../metrics/generation.ts';
import type { Convention } from '../../convention.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import type { GenerationTypes } from './types.ts';

type Item = AnsweredOf<GenerationTypes>;

const written: WrittenOf<Item> = ({ gold, prediction }) => ({
  text: prediction.reply,
  references: gold.references,
});

const CHARACTERS: Text = {
  en: ' Texts are compared by characters (code points), white space left out.',
  zh: '按字符（码点）比较文本，不计空白。',
};
const MISSING: Text = {
  en: ' A missing or invalid answer counts as a text as long as the first reference that shares nothing with any.',
  zh: '缺失或无效的答案按与首个参考文本等长且毫无共同之处的文本计。',
};
const POOLED: Text = {
  en: ' With several references, matches and lengths are summed over them: F1 = 2·matches / (references · length of the text + lengths of the references), as the package sumeval computes it.',
  zh: '有多个参考文本时，匹配数与长度在参考文本上相加：F1 = 2·匹配数 / (参考文本数·文本长度 + 各参考文本长度之和)，与 sumeval 的算法相同。',
};

const join = (...texts: readonly Text[]): Text => ({
  en: texts.map(({ en }) => en).join(''),
  zh: texts.map(({ zh }) => zh).join(''),
});

const rouge = (id: string, name: RougeName, matched: Text): Convention<GenerationTypes> => ({
  id: `generation/${id}@1`,
  title: { en: name, zh: name },
  definition: join(
    { en: `The mean over texts of the F1 of ${matched.en}.`, zh: `各文本的${matched.zh} F1 的平均值。` },
    POOLED,
    CHARACTERS,
    MISSING,
  ),
  metric: () => rougeMean([name], written),
});

const bleu = (longest: number): Convention<GenerationTypes> => ({
  id: `generation/bleu-${longest}@1`,
  title: { en: `BLEU-${longest}`, zh: `BLEU-${longest}` },
  definition: join(
    {
      en: `Corpus BLEU: the geometric mean of the precisions of n-grams up to ${longest}, each of all texts together and clipped by the reference that has the n-gram most often, times exp(1 − references/texts) where all texts together are shorter than their references; of several references the one of the closest length counts. No smoothing: without a match of any length it is 0.`,
      zh: `语料级 BLEU：长度至 ${longest} 的 n-gram 精确率（全部文本合计，匹配数以含该 n-gram 最多的参考文本为上限）的几何平均；全部文本短于参考文本时再乘以 exp(1 − 参考长度/文本长度)，多个参考取长度最接近者。不做平滑：任一长度无匹配即为 0。`,
    },
    CHARACTERS,
    MISSING,
  ),
  metric: () => corpusBleu(longest, written),
});

const NAMES: Text = {
  en: 'The names are the labels of the task, or, where it declares none, the entities that the gold of its data marks. A name is predicted where it stands in the text, and gold where it stands in a reference, letter by letter.',
  zh: '名称为任务的标签；任务未声明标签时，为数据金标中标注的实体。名称逐字出现在文本中即为预测，出现在参考文本中即为金标。',
};

/** The first is the default primary metric. */
export const generationConventions: readonly Convention<GenerationTypes>[] = [
  {
    id: 'generation/rouge@1',
    title: { en: 'ROUGE (mean of 1, 2 and L)', zh: 'ROUGE（1、2、L 的平均）' },
    definition: join(
      {
        en: 'The mean of ROUGE-1, ROUGE-2 and ROUGE-L, each the mean over texts of an F1.',
        zh: 'ROUGE-1、ROUGE-2 与 ROUGE-L 的平均值，三者均为各文本 F1 的平均。',
      },
      POOLED,
      CHARACTERS,
      MISSING,
    ),
    metric: () => rougeMean(['ROUGE-1', 'ROUGE-2', 'ROUGE-L'], written),
  },
  rouge('rouge-1', 'ROUGE-1', { en: 'single characters', zh: '单字' }),
  rouge('rouge-2', 'ROUGE-2', { en: 'pairs of adjacent characters', zh: '相邻两字' }),
  rouge('rouge-l', 'ROUGE-L', { en: 'the longest common subsequence', zh: '最长公共子序列' }),
  bleu(1),
  bleu(4),
  {
    id: 'generation/entity-f1@1',
    title: { en: 'F1 of named entities', zh: '实体 F1' },
    definition: join(
      {
        en: 'Over all texts: 2·TP / (2·TP + FP + FN) of the names that the texts hold. ',
        zh: '在全部文本上对文中出现的名称计算 2·TP / (2·TP + FP + FN)。',
      },
      NAMES,
      MISSING,
    ),
    metric: (task) => namesF1(labelIds(task), written),
  },
  {
    id: 'generation/bleu-entities@1',
    title: { en: 'Mean of BLEU-1, BLEU-4 and entity F1', zh: 'BLEU-1、BLEU-4 与实体 F1 的平均' },
    definition: join(
      {
        en: 'The mean of `generation/bleu-1@1`, `generation/bleu-4@1` and `generation/entity-f1@1`: what CCKS 2021 names as the score of MedDG. Its script averages BLEU over single texts with a smoothing that is not published, so that its figures are not these.',
        zh: '`generation/bleu-1@1`、`generation/bleu-4@1` 与 `generation/entity-f1@1` 的平均值，即 CCKS 2021 所述 MedDG 的指标。其脚本按单条文本平均 BLEU，且平滑方式未公布，因此数值与此不同。',
      },
      MISSING,
    ),
    metric: (task) =>
      meanOf({
        'BLEU-1': corpusBleu(1, written),
        'BLEU-4': corpusBleu(4, written),
        'entity F1': namesF1(labelIds(task), written),
      }),
  },
];
