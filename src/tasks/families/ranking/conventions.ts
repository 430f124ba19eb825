import type { Text } from '../../../ground/language.ts';
import {
  type NoPositive,
  ndcg,
  pairOrder,
  queryMean,
  reciprocalRank,
  type Ties,
} from '../../../metrics/ranking.ts';
import type { Convention } from '../../convention.ts';
import type { Task } from '../../task.ts';
import type { RankingTypes } from './types.ts';

/** Where a task names none: any grade above 0. */
const DEFAULT_RELEVANT_FROM = 1;

const relevantFrom = (task: Task): number => task.relevantFrom ?? DEFAULT_RELEVANT_FROM;

const TIES: Readonly<Record<Ties, Text>> = {
  expected: {
    en: ' Documents with equal scores: the expected value over all their orders, each equally likely.',
    zh: '同分文档：取其所有排列（等概率）的期望值。',
  },
  trec: {
    en: ' Documents with equal scores: the one given later comes first, as trec_eval orders ascending document numbers.',
    zh: '同分文档：给出次序靠后者排在前，与 trec_eval 对递增文档号的排法相同。',
  },
};

const NO_POSITIVE: Readonly<Record<NoPositive, Text>> = {
  zero: {
    en: ' A query without a relevant document counts 0 in the mean.',
    zh: '没有相关文档的查询在平均中计 0。',
  },
  skip: {
    en: ' A query without a relevant document is left out of the mean (and counted beside it).',
    zh: '没有相关文档的查询不参与平均（其数目列于旁）。',
  },
};

const POOL: Text = {
  en: ' All records of a query (equal query text) are pooled; documents with equal title and address are one, with the highest of their grades and the mean of their scores.',
  zh: '同一查询（查询文本相同）的所有记录合并；标题与网址都相同的文档算一篇，等级取最高，分数取平均。',
};

const MISSING: Text = {
  en: ' A missing or invalid answer counts as the reverse of the gold order.',
  zh: '缺失或无效的答案按与金标相反的顺序计。',
};

const join = (...texts: readonly Text[]): Text => ({
  en: texts.map(({ en }) => en).join(''),
  zh: texts.map(({ zh }) => zh).join(''),
});

const suffix = (ties: Ties, noPositive: NoPositive = 'zero'): string =>
  `${ties === 'trec' ? '/trec-ties' : ''}${noPositive === 'skip' ? '/skip-no-positive' : ''}`;

const suffixTitle = (title: Text, ties: Ties, noPositive: NoPositive = 'zero'): Text =>
  join(
    title,
    ties === 'trec' ? { en: ', trec ties', zh: '，trec 同分次序' } : { en: '', zh: '' },
    noPositive === 'skip' ? { en: ', positive queries', zh: '，仅有相关文档的查询' } : { en: '', zh: '' },
  );

const pairAccuracy = (ties: Ties): Convention<RankingTypes> => ({
  id: `ranking/pair-accuracy${suffix(ties)}@1`,
  title: suffixTitle({ en: 'Pair accuracy', zh: '文档对准确率' }, ties),
  definition: join(
    {
      en: 'Over all pairs of documents of one record with different gold grades, all records together: the share of pairs in which the document with the higher grade has the higher score. Pairs with equal grades do not count.',
      zh: '在全部记录中，取同一记录内金标等级不同的所有文档对：等级较高的文档分数也较高的比例。等级相同者不成对。',
    },
    ties === 'expected'
      ? { en: ' A pair with equal scores counts one half.', zh: '同分的文档对计一半。' }
      : TIES.trec,
    MISSING,
  ),
  metric: () => pairOrder('accuracy', ties),
});

const mrr = (ties: Ties, noPositive: NoPositive): Convention<RankingTypes> => ({
  id: `ranking/mrr${suffix(ties, noPositive)}@1`,
  title: suffixTitle({ en: 'MRR', zh: 'MRR' }, ties, noPositive),
  unit: 'fraction',
  definition: join(
    {
      en: "The mean over queries of 1/r, with r the rank (from 1, by falling score) of the first relevant document; relevant is a grade of at least the task's `relevantFrom` (1 where it names none).",
      zh: '对各查询的 1/r 求平均，r 为按分数从高到低第一篇相关文档的名次（从 1 起）；等级不低于任务的 `relevantFrom`（未指明则为 1）者为相关。',
    },
    POOL,
    TIES[ties],
    NO_POSITIVE[noPositive],
    MISSING,
  ),
  metric: (task) =>
    queryMean({
      score: (ranked) => reciprocalRank(ranked, relevantFrom(task)),
      relevantFrom: relevantFrom(task),
      ties,
      noPositive,
    }),
});

const mrrAt = (cutoff: number): Convention<RankingTypes> => ({
  id: `ranking/mrr-${cutoff}@1`,
  title: { en: `MRR@${cutoff}`, zh: `MRR@${cutoff}` },
  unit: 'fraction',
  definition: join(
    {
      en: `As MRR, but a first relevant document beyond rank ${cutoff} counts 0.`,
      zh: `同 MRR，但第一篇相关文档的名次超过 ${cutoff} 时计 0。`,
    },
    POOL,
    TIES.expected,
    NO_POSITIVE.zero,
    MISSING,
  ),
  metric: (task) =>
    queryMean({
      score: (ranked) => reciprocalRank(ranked, relevantFrom(task), cutoff),
      relevantFrom: relevantFrom(task),
      ...{ ties: 'expected', noPositive: 'zero' },
    }),
});

const ndcgAt = (cutoff: number, ties: Ties, noPositive: NoPositive): Convention<RankingTypes> => ({
  id: `ranking/ndcg-${cutoff}${suffix(ties, noPositive)}@1`,
  title: suffixTitle({ en: `nDCG@${cutoff}`, zh: `nDCG@${cutoff}` }, ties, noPositive),
  unit: 'fraction',
  definition: join(
    {
      en: `The mean over queries of DCG/IDCG: DCG sums grade / log2(1 + rank) over the ranks 1 to ${cutoff} by falling score, IDCG the same by falling grade. The gain is the grade itself (linear, as in trec_eval). Relevant here is any grade above 0.`,
      zh: `对各查询的 DCG/IDCG 求平均：DCG 为按分数从高到低第 1 至 ${cutoff} 名的 等级 / log2(1 + 名次) 之和，IDCG 则按等级从高到低。增益即等级本身（线性，与 trec_eval 相同）。此处等级大于 0 者为相关。`,
    },
    POOL,
    TIES[ties],
    NO_POSITIVE[noPositive],
    MISSING,
  ),
  metric: () => queryMean({ score: (ranked) => ndcg(ranked, cutoff), ties, noPositive }),
});

/** The first is the default primary metric. */
export const rankingConventions: readonly Convention<RankingTypes>[] = [
  pairAccuracy('expected'),
  {
    id: 'ranking/pair@1',
    title: { en: 'PAIR', zh: 'PAIR' },
    unit: 'ratio',
    definition: join(
      {
        en: 'Correctly ordered document pairs divided by incorrectly ordered ones, over the pairs of pair accuracy; a pair with equal scores is half of each. With pair accuracy a it is a/(1−a): infinite if no pair is wrong. The measure of the ChineseBLUE paper.',
        zh: '排对的文档对数除以排错的文档对数，文档对与“文档对准确率”相同；同分的对各计一半。设文档对准确率为 a，则 PAIR = a/(1−a)，没有排错的对时为无穷大。即 ChineseBLUE 论文所用的指标。',
      },
      MISSING,
    ),
    metric: () => pairOrder('odds'),
  },
  mrr('expected', 'zero'),
  ndcgAt(5, 'expected', 'zero'),
  ndcgAt(10, 'expected', 'zero'),
  pairAccuracy('trec'),
  mrr('trec', 'zero'),
  ndcgAt(10, 'trec', 'zero'),
  mrr('expected', 'skip'),
  mrrAt(10),
  ndcgAt(10, 'expected', 'skip'),
];
