import { UserError } from '../../ground/errors.ts';
import type { Task } from '../../tasks/task.ts';
import type { Split } from '../split.ts';
import type { Division, SplitScheme } from './scheme.ts';

/** Splits as they are in the files: nothing is carved, so all three must exist to train and evaluate. */
export const released: SplitScheme = {
  summary: { en: 'train, dev and test as released', zh: '按发布的训练、开发与测试集' },
  asReleased: true,
  open: ({ task, splits, read }) => ({
    splits,
    read,
    async divide(judged) {
      if (judged !== 'test') throw nothingToLearn(task);
      const [train, dev, evaluated] = await Promise.all([read('train'), read('dev'), read('test')]);
      return asReleased(train, dev, evaluated);
    },
  }),
};

/** The division of a corpus whose three splits are there. */
export function asReleased(train: Split, dev: Split, evaluated: Split): Division {
  return {
    train: train.examples,
    dev: dev.examples,
    evaluated,
    rule: { en: 'train and dev as released', zh: '训练集与开发集按发布' },
    ...provenance([train, dev, evaluated]),
  };
}

/** Files, notices and origin of several splits together. */
export const provenance = (splits: readonly Split[]): Pick<Division, 'files' | 'notices' | 'synthetic'> => ({
  files: splits.flatMap(({ files }) => files),
  notices: splits.flatMap(({ notices }) => notices),
  synthetic: splits.some(({ synthetic }) => synthetic),
});

export const nothingToLearn = ({ id }: Task): UserError =>
  new UserError(
    'split-absent',
    {
      en: `${id} has nothing to learn from here: neither train nor dev`,
      zh: `${id} 没有可用于训练的数据：缺少 train 与 dev`,
    },
    {
      hint: {
        en: `\`chineseblue data get ${id}\` fetches what was released.`,
        zh: `\`chineseblue data get ${id}\` 下载已发布的语料。`,
      },
    },
  );
