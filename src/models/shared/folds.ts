import { createRandom, shuffle } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';

/** The folds do not depend on the seed of a run, so that the model does not either. */
const FOLD_SEED = 0;

/** The fold of every example, from 0; examples of one group share a fold. */
export function assignFolds(examples: readonly Pick<Example, 'group'>[], folds: number): Int32Array {
  const groups = examples.map(({ group }, i) => (group === undefined ? `example ${i}` : `group ${group}`));
  const order = shuffle([...new Set(groups)], createRandom(FOLD_SEED, 'folds'));
  const foldOf = new Map(order.map((group, i) => [group, i % folds]));
  return Int32Array.from(groups, (group) => foldOf.get(group)!);
}
