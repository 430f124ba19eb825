import type { Text } from '../../ground/language.ts';
import type { SplitName } from '../../tasks/task.ts';
import type { Split } from '../split.ts';
import { splitBySeed } from './carve.ts';
import { asReleased, nothingToLearn, provenance } from './released.ts';
import type { SplitScheme } from './scheme.ts';

/** Share of a split that is held out as dev where the corpus has none to spare. */
const HELD_OUT_SHARE = { train: 0.1, dev: 0.2 } as const;
/** Carving never depends on the seed of a run: all runs of a task are trained on the same examples. */
const CARVE_SEED = 20200101;

/**
 * As released where all splits exist. Dev is carved from train where dev is absent or evaluated, and train from dev where train
 * was never released or fetched, by a seeded rule that keeps units whole.
 */
export const carved: SplitScheme = {
  summary: {
    en: 'as released; what is absent of train and dev is carved from the other',
    zh: '按发布；train 与 dev 缺一时从另一个中划出',
  },
  asReleased: true,
  open: ({ task, splits, read }) => ({
    splits,
    carving: carvingOf(splits),
    read,
    async divide(judged) {
      const evaluated = await read(judged);
      const spare = splits.filter((name) => name !== judged && name !== 'test');
      const parts = await Promise.all(spare.map(read));
      const find = (name: string): Split | undefined => parts.find((part) => part.name === name);
      const [train, dev] = [find('train'), find('dev')];
      if (train && dev) return asReleased(train, dev, evaluated);
      const whole = train ?? dev;
      if (!whole || judged === 'train') throw nothingToLearn(task);
      const from = train ? 'train' : 'dev';
      const { kept, held } = splitBySeed(whole.examples, HELD_OUT_SHARE[from], CARVE_SEED);
      const why = train ? (judged === 'dev' ? DEV_JUDGED : DEV_ABSENT) : TRAIN_ABSENT;
      return {
        train: kept,
        dev: held,
        evaluated,
        rule: ruleOf(why, from),
        ...provenance([whole, evaluated]),
      };
    },
  }),
};

const DEV_JUDGED: Text = { en: 'dev is being judged', zh: '评测的是 dev' };
const DEV_ABSENT: Text = { en: 'dev is absent', zh: '缺少 dev' };
const TRAIN_ABSENT: Text = { en: 'train is absent', zh: '缺少 train' };

function carvingOf(splits: readonly SplitName[]): Text | undefined {
  const [train, dev] = [splits.includes('train'), splits.includes('dev')];
  if (train === dev) return undefined;
  return train ? ruleOf(DEV_ABSENT, 'train') : ruleOf(TRAIN_ABSENT, 'dev');
}

function ruleOf(why: Text, from: 'train' | 'dev'): Text {
  const percent = Math.round(100 - HELD_OUT_SHARE[from] * 100);
  return {
    en: `${why.en}: ${percent} % of ${from} is for training and the rest is dev, units kept whole, seed ${CARVE_SEED}`,
    zh: `${why.zh}：${from} 的 ${percent}% 用于训练，其余作 dev，独立单元不拆分，种子 ${CARVE_SEED}`,
  };
}
