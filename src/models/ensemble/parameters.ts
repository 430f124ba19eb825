import { choice, flag, type Parsed, text } from '../../ground/parameters.ts';
import { inverseStrength } from '../shared/parameters.ts';

/** How the answers of members become one. */
export const METHODS = ['average', 'vote', 'stack'] as const;

export const parameters = {
  runs: text({
    required: true,
    placeholder: 'run+run',
    summary: {
      en: 'Kept runs of the same task and split, with their models, joined by +: ids, id prefixes, or directories.',
      zh: '同一任务、同一划分且保存了模型的运行，以 + 连接：编号、编号开头或目录。',
    },
  }),
  method: choice(METHODS, {
    default: 'average',
    summary: {
      en: 'average: mean of the probabilities if every member gives them, else of the votes; vote: decisions only; stack: a logistic regression on the outputs of the members, fitted on dev.',
      zh: 'average：各成员均给出概率时取平均，否则取投票平均；vote：仅按判定投票；stack：在 dev 上以逻辑回归组合各成员的输出。',
    },
  }),
  tune: flag({
    default: true,
    summary: {
      en: 'Tunes the weights of the members and the threshold on dev; if off, equal weights and a threshold of 0.5.',
      zh: '在 dev 上调整成员权重与阈值；关闭时权重相等，阈值为 0.5。',
    },
  }),
  c: inverseStrength(1, 'Inverse strength of the L2 penalty of stack.', 'stack 的 L2 惩罚强度的倒数。'),
};

export type EnsembleParameters = Parsed<typeof parameters>;
