import { existsSync, readFileSync } from 'node:fs';
import type { Text } from '../../src/ground/language.ts';
import { type Share, shareOf } from '../../src/statistics/wilson.ts';
import { type PairGroup, type Pairing, pairingFile, type ReuseGroup } from './pairing-kept.ts';
import { percent, row } from './show.ts';

const GROUPS: Readonly<Record<PairGroup['group'], Text>> = {
  matches: { en: 'labelled as matching', zh: '标为匹配' },
  others: { en: 'labelled as not matching', zh: '标为不匹配' },
  'true pairs': { en: 'true pairs of another corpus', zh: '另一语料的真实问答' },
};
const SEEN: Readonly<Record<ReuseGroup['inDev'], Text>> = {
  absent: { en: 'not in dev', zh: '开发集中没有' },
  'no match': { en: 'in dev, never as a match', zh: '开发集中有，从未标为匹配' },
  match: { en: 'in dev as a match', zh: '开发集中曾标为匹配' },
};

const f1 = (right: number, answered: number, gold: number): number => (2 * right) / (answered + gold);

/** What the labels of cMedQA allow; empty if it was not computed. */
export function pairingLines(task: string, say: (text: Text) => string): string[] {
  if (task !== 'cMedQA' || !existsSync(pairingFile)) return [];
  const { encoder, questions, groups, reuse }: Pairing = JSON.parse(readFileSync(pairingFile, 'utf8'));
  const nearest = (wanted: PairGroup['group']): Share => {
    const { first, pairs } = groups.find(({ group }) => group === wanted)!;
    return shareOf(first, pairs);
  };
  const [labelled, other, truth] = [nearest('matches'), nearest('others'), nearest('true pairs')];
  /** The fraction of genuine question-answer pairs, given that `share` of the pairs have their own question nearest. */
  const related = (share: number): number => Math.max(0, share - other.share) / (truth.share - other.share);
  const range = `${percent(related(labelled.share))} % [${percent(related(labelled.low))}, ${percent(related(labelled.high))}]`;
  const sum = (list: readonly ReuseGroup[], of: 'pairs' | 'matches'): number =>
    list.reduce((total, group) => total + group[of], 0);
  const gold = sum(reuse, 'matches');
  const fresh = reuse.filter(({ inDev }) => inDev !== 'no match');
  const [all, rule] = [
    f1(gold, sum(reuse, 'pairs'), gold),
    f1(sum(fresh, 'matches'), sum(fresh, 'pairs'), gold),
  ].map(percent);
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
    row([
      say({ en: 'answer of a test pair', zh: '测试集样本对的答案' }),
      say({ en: 'pairs', zh: '样本对' }),
      say({ en: 'matches', zh: '匹配' }),
    ]),
    row(['---', '---:', '---:']),
    ...reuse.map(({ inDev, pairs, matches }) =>
      row([say(SEEN[inDev]), String(pairs), `${percent(matches / pairs)} %`]),
    ),
    '',
    say({
      en: `By this measure about ${range} of the pairs labelled as matching are a question and its answer; most of the rest answer a different question. If so, a perfect relevance judge would reach an F1 of ${perfect}, below the constant prediction (${all}). Some answers were reused as distractors many times: predicting a match for every answer that is not a distractor in dev reaches ${rule}. Scores above that of a relevance judge therefore reflect how the pairs were sampled rather than medical knowledge. ${command}; TABLE.csv has the columns \`ask\` and \`answer\`, here from the internal medicine part of Toyhom/Chinese-medical-dialogue-data (MIT).`,
      zh: `按此衡量，标为匹配的样本对中约 ${range} 确为问题与其答案，其余大多答非所问。即使相关性判断毫无错误，F1 也只有 ${perfect}，低于常数答案（${all}）。部分答案被反复用作干扰项：凡开发集中未作为干扰项出现的答案一律判为匹配，F1 为 ${rule}。因此，高于相关性判断的得分更多反映样本的构造方式，而非医学知识。${command}，TABLE.csv 含 \`ask\` 与 \`answer\` 两列，此处为 Toyhom/Chinese-medical-dialogue-data（MIT）的内科部分。`,
    }),
  ];
}
