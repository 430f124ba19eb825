import type { Text } from '../../../ground/language.ts';
import type { Average } from '../../../metrics/class-scores.ts';
import type { RougeName } from '../../../metrics/generation.ts';
import { type LabelItem, openLabelF1 } from '../../../metrics/labels.ts';
import type { Metric, WholeMetric } from '../../../metrics/metric.ts';
import { setMetric } from '../../../metrics/sets.ts';
import { type WordPair, wordRouge } from '../../../metrics/word-rouge.ts';
import { basicWords } from '../../../text/basic-words.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import { decisionTreeConventions } from '../decision-tree/conventions.ts';
import type { AnsweredOf } from '../family.ts';
import { labelIds } from '../shared/label-names.ts';
import { wrongLabel } from '../shared/wrong.ts';
import { bothOf, isMissing } from './answers.ts';
import type { ListedAnswer } from './lines.ts';
import type { InstructionTypes } from './types.ts';

type Item = AnsweredOf<InstructionTypes>;
type Rule = Convention<InstructionTypes>;

/** A task is scored by the rules of the kind of answers that its primary convention is for. */
const suits =
  (kind: string) =>
  ({ primary }: Task): boolean =>
    primary.startsWith(`instruction/${kind}/`);

const READ: Text = {
  en: 'Gold and answers are texts, which are read as `post_generate_process.py` of PromptCBLUE reads them (docs/cblue.md); where that script would stop at a line, the line is left out. ',
  zh: '金标与答案均为文本，按 PromptCBLUE 的 `post_generate_process.py` 解析（见 docs/cblue.zh.md）；该脚本会中断的行略去。',
};

const join = (...texts: readonly Text[]): Text => ({
  en: texts.map(({ en }) => en).join(''),
  zh: texts.map(({ zh }) => zh).join(''),
});

/** Answers that stand for a missing text: as many as in gold, at least one, all wrong. */
const wrongAnswers = (gold: readonly ListedAnswer[]): ListedAnswer[] =>
  (gold.length > 0 ? gold : [{ label: '' }]).map(({ label }) => ({ label, surface: '', key: '' }));

function listsOf(item: Item): { gold: readonly ListedAnswer[]; predicted: readonly ListedAnswer[] } {
  const both = bothOf('set', item);
  if (!both) return { gold: [], predicted: [] };
  const { answers } = both.gold;
  return {
    gold: answers,
    predicted: isMissing(item.prediction) ? wrongAnswers(answers) : both.prediction.answers,
  };
}

const listRule: Rule = {
  id: 'instruction/list/f1@1',
  title: { en: 'F1 of listed answers', zh: '所列答案 F1' },
  definition: join(READ, {
    en: 'The answers of a text are a set: an entity with its type, a triple, an event with all its attributes (their lists in order), a mention with its status, or a term. TP, FP and FN are summed over all texts: 2·TP / (2·TP + FP + FN). Places do not count. This is the official "micro F1". A missing answer counts as one wrong answer per gold answer, at least one.',
    zh: '一条文本的答案为集合，元素为实体及类型、三元组、事件（全部属性，列表按顺序）、带状态的提及或术语。TP、FP、FN 在全部文本上相加后计算 2·TP / (2·TP + FP + FN)，不计位置，即官方的“micro F1”。缺失答案按与金标等量（至少一个）的错误答案计。',
  }),
  suits: suits('list'),
  metric: (task) =>
    setMetric<Item, ListedAnswer>({
      gold: (item) => listsOf(item).gold,
      predicted: (item) => listsOf(item).predicted,
      same: (a, b) => a.key === b.key,
      classOf: ({ label }) => label,
      classes: labelIds(task),
      average: 'micro',
    }),
};

/** An empty answer is the first label of the task, as in the official script. */
const labelsOf =
  (task: Task) =>
  (item: Item): LabelItem | undefined => {
    const both = bothOf('label', item);
    if (!both) return undefined;
    const gold = both.gold.label;
    const given = both.prediction.label === '' ? (task.labels[0]?.id ?? '') : both.prediction.label;
    return {
      gold: { label: gold },
      prediction: { label: isMissing(item.prediction) ? wrongLabel(task, gold) : given },
    };
  };

const LABEL: Text = {
  en: ' The answer is the whole text without white space at its ends; 相同 and 不同 are 是的 and 不是; an empty one is the first label of the task. A label that does not exist is a class of its own. A missing answer counts as the label after the gold one in the list of labels, cyclically.',
  zh: '答案为去除首尾空白的全文；“相同”“不同”即“是的”“不是”；空答案为任务的首个标签。不存在的标签自成一类。缺失答案记为标签表中金标的下一个标签（循环）。',
};

const labelRule = (name: string, average: Average, title: Text, definition: Text): Rule => ({
  ...{ id: `instruction/label/${name}@1`, title, definition: join(definition, LABEL), suits: suits('label') },
  metric: (task): WholeMetric<Item> => openLabelF1(average, labelsOf(task)),
});

const labelRules: readonly Rule[] = [
  labelRule(
    'macro-f1',
    'macro/observed',
    { en: 'Macro F1 (labels in gold or predictions)', zh: '宏平均 F1（金标或预测出现的标签）' },
    {
      en: 'F1 = 2·TP / (2·TP + FP + FN) of each label that occurs in gold or in answers, averaged without weights: what the official script calls macro F1. A single invented label adds a 0 to the average.',
      zh: '对金标或答案中出现的每个标签计算 F1 = 2·TP / (2·TP + FP + FN)，不加权平均，即官方脚本的 macro F1。一个编造的标签即以 0 计入平均。',
    },
  ),
  labelRule(
    'weighted-f1',
    'weighted',
    { en: 'Weighted F1', zh: '加权 F1' },
    {
      en: 'F1 = 2·TP / (2·TP + FP + FN) of each label, averaged with the number of its gold examples as weight: what the official script reports as "Micro-F1" of CHIP-STS, KUAKE-IR, KUAKE-QQR and KUAKE-QTR.',
      zh: '对每个标签计算 F1 = 2·TP / (2·TP + FP + FN)，以其金标样本数为权重平均：官方脚本在 CHIP-STS、KUAKE-IR、KUAKE-QQR、KUAKE-QTR 上报告的“Micro-F1”实为此值。',
    },
  ),
  labelRule(
    'micro-f1',
    'micro',
    { en: 'Micro F1', zh: '微平均 F1' },
    {
      en: 'TP, FP and FN are summed over all labels, then 2·TP / (2·TP + FP + FN): the share of right answers, as each example has one.',
      zh: '全部标签的 TP、FP、FN 相加后计算 2·TP / (2·TP + FP + FN)；每个样本恰有一个答案，因此即准确率。',
    },
  ),
];

/** What an empty text counts as. */
const NO_TEXT = ['无', '。'];

const wordsOf = (text: string): readonly string[] => {
  const words = basicWords(text);
  return words.length > 0 ? words : NO_TEXT;
};

function pairsOf(item: Item): WordPair[] {
  const both = bothOf('text', item);
  if (!both) return [];
  return Object.entries(both.gold.sections).map(([name, wanted]) => ({
    written: isMissing(item.prediction) ? [] : wordsOf(both.prediction.sections[name] ?? ''),
    wanted: wordsOf(wanted),
  }));
}

const rougeRule = (id: string, name: RougeName, matched: Text): Rule => ({
  id: `instruction/text/${id}@1`,
  title: { en: name, zh: name },
  definition: join(
    {
      en: `The mean F1 of ${matched.en}, over texts; of a report, over its sections.`,
      zh: `${matched.zh}的 F1 在文本上的平均值；报告按各部分平均。`,
    },
    {
      en: ' Words are those of the BasicTokenizer of BERT: Chinese characters and punctuation marks by themselves, others in lower case. An empty text counts as 无。. As the package rouge-chinese computes it, without its 1e-8 in the denominator. A section of an answer is a line that begins with its name and a colon, after the first line. A missing answer counts 0.',
      zh: '分词同 BERT 的 BasicTokenizer：汉字与标点各为一词，其余转小写。空文本按“无。”计。算法同 rouge-chinese，但分母不加 1e-8。答案的部分为首行之后以“名称：”开头的行。缺失答案计 0。',
    },
  ),
  suits: suits('text'),
  metric: () => wordRouge(name, pairsOf),
});

const rougeRules: readonly Rule[] = [
  rougeRule('rouge-l', 'ROUGE-L', { en: 'the longest common subsequence of words', zh: '最长公共词序列' }),
  rougeRule('rouge-1', 'ROUGE-1', { en: 'the different words', zh: '不同的词' }),
  rougeRule('rouge-2', 'ROUGE-2', { en: 'the different pairs of adjacent words', zh: '不同的相邻两词' }),
];

/** The rules for trees, of those that are read in a text. */
const treeRules: readonly Rule[] = decisionTreeConventions.map(({ id, title, definition, metric }) => ({
  id: id.replace('decision-tree', 'instruction/tree'),
  title,
  definition: join(READ, definition),
  suits: suits('tree'),
  metric(task) {
    const inner = metric(task);
    if ('whole' in inner) throw new Error(`${id} is no count`);
    const { narrowing: _, count, ...rest } = inner;
    const counted: Metric<Item> = {
      ...rest,
      count: (unit, counts, offset) =>
        count(
          unit.flatMap((item) => {
            const both = bothOf('tree', item);
            if (!both) return [];
            const prediction = isMissing(item.prediction) ? { tree: [] } : both.prediction;
            return [{ input: { text: item.input.prompt }, gold: both.gold, prediction }];
          }),
          counts,
          offset,
        ),
    };
    return counted;
  },
}));

/** Lists first: the first convention is the default primary one. */
export const instructionConventions: readonly Rule[] = [listRule, ...labelRules, ...rougeRules, ...treeRules];
