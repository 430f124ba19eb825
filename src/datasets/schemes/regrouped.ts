import type { Example } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import { createSets } from '../../text/disjoint-sets.ts';
import { formatRef } from '../item-ref.ts';
import type { Split } from '../split.ts';
import { relateTwins } from '../twins.ts';
import { commonUnits, unitsOf } from '../units.ts';
import { splitBySeed } from './carve.ts';
import { type Parts, partsOf, pooledScheme } from './pooled.ts';
import type { SplitFiles, SplitScheme } from './scheme.ts';

const SEED = 20261122;
const SHARE = { test: 0.2, dev: 0.1 } as const;
/**
 * Components of more examples than this share of all (and than `SMALL`) go to train, never to dev or test: one component
 * of near copies would otherwise be most of a split.
 */
const LARGE_SHARE = 0.01;
const SMALL = 10;

/**
 * Pools every available split and splits it again, so that nothing that depends on each other is
 * separated: examples of one question, query or linked component, and twins (equal, near, mirrored) of each other and
 * of everything connected to them. Ids say where an example came from: `test:12`.
 *
 * The id `regrouped@1` stands for everything below: another seed, share or rule is another scheme.
 */
export const regrouped: SplitScheme = pooledScheme(
  'regrouped@1',
  {
    en: 'all splits pooled and split again, so that train, dev and test share nothing',
    zh: '合并全部划分后重新划分，训练、开发与测试互不共享',
  },
  regroupAll,
);

async function regroupAll({ task, splits: names, read }: SplitFiles): Promise<Parts> {
  if (names.length === 0) await read('test');
  const splits = await Promise.all(names.map(read));
  const pool = joinDependent(task, splits);
  const sizes = new Map<string | undefined, number>();
  for (const { group } of pool) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const limit = Math.max(SMALL, LARGE_SHARE * pool.length);
  const free = pool.filter(({ group }) => (sizes.get(group) ?? 0) <= limit);
  const rest = splitBySeed(free, (SHARE.test * pool.length) / free.length, SEED);
  const test = rest.held;
  const dev = splitBySeed(rest.kept, (SHARE.dev * pool.length) / rest.kept.length, SEED).held;
  const heldOut = new Set([...test, ...dev]);
  const train = pool.filter((example) => !heldOut.has(example));
  return {
    splits: partsOf(splits, { train, dev, test }),
    rule: {
      en: `regrouped@1: ${names.join(', ')} pooled and split anew into ${train.length} train, ${dev.length} dev and ${test.length} test examples; units and twins are kept together; seed ${SEED}`,
      zh: `regrouped@1：合并 ${names.join('、')} 后重新划分，训练 ${train.length}、开发 ${dev.length}、测试 ${test.length} 个样本；同一独立单元及近重样本不拆分；种子 ${SEED}`,
    },
  };
}

/** Every example of all splits under a unique id; examples with the same `group` depend on each other. */
export function joinDependent(task: Task, splits: readonly Split[]): Example[] {
  const refs = splits.flatMap(({ name, examples }) =>
    examples.map(({ id }) => formatRef({ split: name, id })),
  );
  const sets = createSets(refs.length);
  const joinAll = ([first, ...others]: readonly number[]): void => {
    for (const other of others) sets.join(first, other);
  };
  const withUnit = commonUnits(task, splits)
    .flat()
    .map((group, number) => ({ id: refs[number], group }));
  for (const unit of unitsOf(withUnit)) joinAll(unit);
  const { equal, mirrors, near } = relateTwins(task, splits);
  for (const twins of [...equal, ...mirrors, ...near]) joinAll(twins);
  const examples = splits.flatMap((split) => split.examples);
  return examples.map((example, i) => ({ ...example, id: refs[i], group: refs[sets.find(i)] }));
}
