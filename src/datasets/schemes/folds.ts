import { divideByGroup, splitBySeed } from './carve.ts';
import { type Parts, partsOf, pooledScheme } from './pooled.ts';
import { joinDependent } from './regrouped.ts';
import { nothingToLearn } from './released.ts';
import type { SplitFiles, SplitScheme } from './scheme.ts';

const FOLDS = 5;
const SEED = 20261126;
/** Share of the examples outside the test fold that is held out as dev. */
const DEV_SHARE = 0.1;

/**
 * One fold of a cross-validation: train and dev are pooled and divided into five parts of nearly equal size; part `number`
 * is evaluated, a tenth of the others is dev, the rest train. Examples that depend on each other (units and twins, as in
 * `regrouped@1`) are in one part, and within the others on one side. Test is not read.
 *
 * The ids `fold-1-of-5@1` to `fold-5-of-5@1` stand for everything below: another seed, share or rule is another scheme.
 */
export const fold = (number: number): SplitScheme =>
  pooledScheme(
    idOf(number),
    {
      en: `fold ${number} of ${FOLDS} of train and dev, which share nothing; the other folds are used for training`,
      zh: `训练集与开发集合并后互不共享的 ${FOLDS} 份中的第 ${number} 份，其余用于训练`,
    },
    (files) => dealFold(number, files),
  );

const idOf = (number: number): string => `fold-${number}-of-${FOLDS}@1`;

async function dealFold(number: number, { task, splits: names, read }: SplitFiles): Promise<Parts> {
  const trained = names.filter((name) => name !== 'test');
  if (trained.length === 0) throw nothingToLearn(task);
  const splits = await Promise.all(trained.map(read));
  const parts = divideByGroup(joinDependent(task, splits), FOLDS, SEED);
  const test = parts[number - 1];
  const { kept: train, held: dev } = splitBySeed(
    parts.filter((part) => part !== test).flat(),
    DEV_SHARE,
    SEED,
  );
  const pooled = { en: trained.join(' and '), zh: trained.join('、') };
  return {
    splits: partsOf(splits, { train, dev, test }),
    rule: {
      en: `${idOf(number)}: ${pooled.en} pooled and divided into ${FOLDS}; ${train.length} train, ${dev.length} dev and ${test.length} test examples; units and twins are kept together; seed ${SEED}`,
      zh: `${idOf(number)}：合并 ${pooled.zh} 后分为 ${FOLDS} 份，训练 ${train.length}、开发 ${dev.length}、测试 ${test.length} 个样本；同一独立单元及近重样本不拆分；种子 ${SEED}`,
    },
  };
}
