import type { Text } from '../../ground/language.ts';
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
    en: 'Blind: a score is shown only where it beats the team’s best one by a step (Ladder).',
    zh: '盲测：仅当得分比本队最佳成绩高出一个步长时才公布（Ladder）。',
  },
  final: { en: 'Sealed: nothing is shown before the end.', zh: '封闭：结束前不公布任何结果。' },
};

export const STATES: Readonly<Record<SubmissionView['state'], Text>> = {
  queued: { en: 'queued', zh: '排队中' },
  scoring: { en: 'being scored', zh: '评分中' },
  scored: { en: 'scored', zh: '已评分' },
  rejected: { en: 'rejected: costs no quota', zh: '已拒绝（不计次数）' },
  failed: { en: 'scoring failed: costs no quota', zh: '评分失败（不计次数）' },
};

/** What a team says of its system, in the order in which it is shown. */
export const CARD_TITLES = {
  seeds: { en: 'Seeds', zh: '随机种子' },
  trainingData: { en: 'Training data', zh: '训练数据' },
  trainedOnDev: { en: 'Trained on dev', zh: '使用了 dev 训练' },
  pretrainedWeights: { en: 'Pretrained weights', zh: '预训练权重' },
  parameters: { en: 'Parameters', zh: '参数量' },
  contact: { en: 'Contact', zh: '联系方式' },
  link: { en: 'Link', zh: '链接' },
} as const satisfies Readonly<Record<string, Text>>;
