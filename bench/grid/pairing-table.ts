import { existsSync, readFileSync } from 'node:fs';
import type { Text } from '../../src/ground/language.ts';
import { type Share, shareOf } from '../../src/statistics/wilson.ts';
import { type PairGroup, type Pairing, pairingFile, type RuleCounts } from './pairing-kept.ts';
import { percent, row } from './show.ts';

const GROUPS: Readonly<Record<PairGroup['group'], Text>> = {
  matches: { en: 'labelled as matching', zh: '标为匹配' },
  others: { en: 'labelled as not matching', zh: '标为不匹配' },
  'true pairs': { en: 'true pairs of another corpus', zh: '另一语料的真实问答' },
};
const RULES: Readonly<Record<RuleCounts['rule'], Text>> = {
  all: { en: 'every pair', zh: '全部样本对' },
  answer: {
    en: 'pairs whose answer is never labelled as not matching in dev',
    zh: '答案在开发集中从未标为不匹配',
  },
  question: {
    en: 'pairs whose question has an above-average share of matches in dev',
    zh: '问题在开发集中的匹配比例高于平均',
  },
  both: { en: 'pairs to which both apply', zh: '同时满足以上两条' },
};

const f1 = (right: number, answered: number, gold: number): number => (2 * right) / (answered + gold);

/** What the labels of cMedQA allow; empty if it was not computed. */
export function pairingLines(task: string, say: (text: Text) => string): string[] {
  if (task !== 'cMedQA' || !existsSync(pairingFile)) return [];
  const { encoder, questions, groups, test, rules }: Pairing = JSON.parse(readFileSync(pairingFile, 'utf8'));
  const nearest = (wanted: PairGroup['group']): Share => {
    const { first, pairs } = groups.find(({ group }) => group === wanted)!;
    return shareOf(first, pairs);
  };
  const [labelled, other, truth] = [nearest('matches'), nearest('others'), nearest('true pairs')];
  /** The fraction of genuine question-answer pairs, given that `share` of the pairs have their own question nearest. */
  const related = (share: number): number => Math.max(0, share - other.share) / (truth.share - other.share);
  const range = `${percent(related(labelled.share))} % [${percent(related(labelled.low))}, ${percent(related(labelled.high))}]`;
  const { pairs: total, matches: gold, questionInDev } = test;
  const byRule = new Map(rules.map(({ rule, predicted, right }) => [rule, f1(right, predicted, gold)]));
  const score = (rule: RuleCounts['rule']): string => percent(byRule.get(rule)!);
  const found = related(labelled.share) * gold;
  const perfect = percent(f1(found, found, gold));
  const command = `\`npx node bench/grid/pairing.ts --encoder ${encoder} --reference TABLE.csv\``;
  return [
    '',
    say({
      en: `What the labels allow. The answer of each pair is compared with all ${questions} questions (cosine similarity of ${encoder} embeddings):`,
      zh: `标签所能支持的水平。将每对中的答案与全部 ${questions} 个问题比较（${encoder} 余弦）：`,
    }),
    '',
    row([
      say({ en: 'pairs', zh: '样本对' }),
      say({ en: 'count', zh: '数量' }),
      say({ en: 'own question nearest', zh: '自身问题最近' }),
      say({ en: 'own question in top 10', zh: '居前十' }),
    ]),
    row(['---', '---:', '---:', '---:']),
    ...groups.map(({ group, pairs, first, firstTen }) =>
      row([
        say(GROUPS[group]),
        String(pairs),
        `${percent(first / pairs)} %`,
        `${percent(firstTen / pairs)} %`,
      ]),
    ),
    '',
    say({
      en: `By this measure about ${range} of the pairs labelled as matching are a question and its answer; most of the rest answer a different question. If so, a perfect relevance judge would reach an F1 of ${perfect}, below the constant prediction (${score('all')}). But ${questionInDev} of the ${total} test pairs have a question that also occurs in dev, from which train is carved, and matches are unevenly spread over questions. Rules that read no text, only the labels in dev:`,
      zh: `按此衡量，标为匹配的样本对中约 ${range} 确为问题与其答案，其余大多答非所问。即使相关性判断毫无错误，F1 也只有 ${perfect}，低于常数预测（${score('all')}）。但测试集 ${total} 对中有 ${questionInDev} 对的问题也出现在开发集（训练集从中划出），且匹配在各问题间分布极不均匀。以下规则不读文本，只用开发集的标签：`,
    }),
    '',
    row([say({ en: 'predicted to match', zh: '判为匹配' }), say({ en: 'F1 on test', zh: '测试集 F1' })]),
    row(['---', '---:']),
    ...rules.map(({ rule }) => row([say(RULES[rule]), score(rule)])),
    '',
    say({
      en: `A model that remembers which questions of train have many matches thus scores high on test without judging relevance, while on dev, which shares no question with train, it gains nothing. Scores far above that of a relevance judge, those of cbert-small and cbert-tiny included, should be read this way. \`--split regrouped@1\` keeps questions apart. ${command}; TABLE.csv has the columns \`ask\` and \`answer\`, here from the internal medicine part of Toyhom/Chinese-medical-dialogue-data (MIT).`,
      zh: `因此，记住训练集中哪些问题匹配多的模型，无需判断相关性即可在测试集上得高分，而开发集与训练集没有相同的问题，在开发集上毫无提升。远高于相关性判断的得分（包括 cbert-small 与 cbert-tiny 的）应如此看待。\`--split regrouped@1\` 使各部分没有相同的问题。${command}，TABLE.csv 含 \`ask\` 与 \`answer\` 两列，此处为 Toyhom/Chinese-medical-dialogue-data（MIT）的内科部分。`,
    }),
  ];
}
