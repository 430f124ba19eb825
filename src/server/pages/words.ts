import type { Text } from '../../ground/language.ts';
import type { BoardRow } from '../board.ts';
import type { PhaseName } from '../challenge.ts';
import type { SubmissionView } from '../view.ts';

export const PHASE_TITLES: Readonly<Record<PhaseName, Text>> = {
  practice: { en: 'Practice', zh: '练习' },
  test: { en: 'Test', zh: '测试' },
  final: { en: 'Final', zh: '决赛' },
};

export const PHASE_RULES: Readonly<Record<PhaseName, Text>> = {
  practice: { en: 'Teams see the full score sheet.', zh: '队伍可看到完整评分表。' },
  test: {
    en: 'Blind: a score is shown only if it beats the team’s best by a step (Ladder).',
    zh: '盲测：仅当得分比本队最佳成绩高出一个步长时才公布（Ladder）。',
  },
  final: { en: 'Sealed: nothing is shown before the end.', zh: '封闭：结束前不公布任何结果。' },
};

export const STATES: Readonly<Record<SubmissionView['state'], Text>> = {
  queued: { en: 'queued', zh: '排队中' },
  scoring: { en: 'being scored', zh: '评分中' },
  scored: { en: 'scored', zh: '已评分' },
  rejected: { en: 'rejected: not counted against the quota', zh: '已拒绝（不计次数）' },
  failed: { en: 'scoring failed: not counted against the quota', zh: '评分失败（不计次数）' },
};

/** The kinds by which systems are filtered: as declared by their teams, or baselines. */
export const KINDS = ['encoder', 'llm', 'other', 'baseline', 'unsaid'] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_TITLES: Readonly<Record<Kind, Text>> = {
  encoder: { en: 'encoder', zh: '编码器' },
  llm: { en: 'LLM', zh: '大语言模型' },
  other: { en: 'other', zh: '其他' },
  baseline: { en: 'baseline', zh: '基线' },
  unsaid: { en: 'kind not stated', zh: '未说明类型' },
};

/** Titles of the fields of a model card, in the order in which they are shown. */
export const CARD_TITLES = {
  seeds: { en: 'Seeds', zh: '随机种子' },
  trainingData: { en: 'Training data', zh: '训练数据' },
  trainedOnDev: { en: 'Trained on dev', zh: '是否用 dev 训练' },
  pretrainedWeights: { en: 'Pretrained weights', zh: '预训练权重' },
  parameters: { en: 'Parameters', zh: '参数量' },
  contact: { en: 'Contact', zh: '联系方式' },
  link: { en: 'Link', zh: '链接' },
} as const satisfies Readonly<Record<string, Text>>;

/** The kind by which a row of a board is filtered. */
export const kindOf = ({ kind, card }: Pick<BoardRow, 'kind' | 'card'>): Kind =>
  kind === 'baseline' ? kind : (card.kind ?? 'unsaid');

const SUBSET_TITLES: ReadonlyMap<string, Text> = new Map([
  ['all', { en: 'all examples', zh: '全部样本' }],
  ['clean', { en: 'clean', zh: '无泄漏' }],
  ['leaked', { en: 'leaked', zh: '泄漏' }],
  ['conflicting', { en: 'conflicting', zh: '标注冲突' }],
]);

/** The title of a subset; for an unknown one, its name. */
export const subsetTitle = (name: string): Text => SUBSET_TITLES.get(name) ?? { en: name, zh: name };
