import { UserError } from '../../ground/errors.ts';
import { SPLITS, type SplitName, type Task } from '../../tasks/task.ts';
import { splitBySeed } from '../schemes/carve.ts';
import { joinDependent } from '../schemes/regrouped.ts';
import type { Split } from '../split.ts';
import { relateTwins } from '../twins.ts';
import type { Grouped } from '../units.ts';

/** Shares of train, dev and test. */
export type Ratios = readonly [number, number, number];

export const DEFAULT_RATIOS: Ratios = [70, 10, 20];

/** `70,10,20`. Throws a UserError `bad-ratios` (usage). */
export function parseRatios(text: string): Ratios {
  const [train, dev, test, ...more] = text.split(',').map(Number);
  const all = [train, dev, test];
  if (more.length === 0 && all.every((share) => share >= 0) && train > 0 && test > 0)
    return [train, dev, test];
  throw new UserError(
    'bad-ratios',
    { en: `"${text}" is not three shares`, zh: `“${text}”不是三个比例` },
    {
      hint: {
        en: 'Write those of train, dev and test, e.g. --ratios 70,10,20; dev may be 0.',
        zh: '请依次写训练、开发与测试的比例，例如 --ratios 70,10,20；开发集可为 0。',
      },
      exitCode: 2,
    },
  );
}

/**
 * The split of every example of `pool`, in its order: drawn by a seed, whole components at a time, where groups, pairs
 * that share a text, and twins (equal, mirrored, near) are one component. Throws a UserError `too-few-groups`.
 */
export function divide(task: Task, pool: Split, ratios: Ratios, seed: number): SplitName[] {
  return draw(joinDependent(task, [pool]), ratios, seed);
}

/** As `divide`, of `count` examples by number, of which `groupOf` names those that stay together. */
export function divideGroups(
  count: number,
  groupOf: (number: number) => number,
  ratios: Ratios,
  seed: number,
): SplitName[] {
  const examples = Array.from({ length: count }, (_, i) => ({ id: String(i), group: String(groupOf(i)) }));
  return draw(examples, ratios, seed);
}

function draw(examples: readonly Grouped[], ratios: Ratios, seed: number): SplitName[] {
  const whole = ratios.reduce((sum, share) => sum + share);
  const [, dev, test] = ratios;
  const first = splitBySeed(examples, test / whole, seed);
  const held = new Map<unknown, SplitName>(first.held.map((example) => [example, 'test']));
  if (dev > 0)
    for (const example of splitBySeed(first.kept, dev / (whole - test), seed).held) held.set(example, 'dev');
  return examples.map((example) => held.get(example) ?? 'train');
}

/** Examples of each split that have a twin in an earlier one (train, dev, test). */
export interface Leaks {
  readonly count: number;
  /** There may be more: too many examples are alike to compare them all. */
  readonly atLeast: boolean;
}

/** Undefined where a split has no gold. */
export function countLeaks(task: Task, splits: readonly Split[]): Leaks | undefined {
  if (!splits.every(({ hasGold }) => hasGold)) return undefined;
  const leaked = new Set<number>();
  const { equal, mirrors, near, extent, splitOf } = relateTwins(task, splits);
  for (const group of [...equal, ...mirrors, ...near]) {
    const first = group.reduce((least, example) => Math.min(least, splitOf(example)), SPLITS.length);
    for (const example of group) if (splitOf(example) > first) leaked.add(example);
  }
  return { count: leaked.size, atLeast: extent === 'at-least' };
}
