import { UserError } from '../../ground/errors.ts';
import { SPLITS, type SplitName, type Task } from '../../tasks/task.ts';
import { splitBySeed } from '../schemes/carve.ts';
import { joinDependent } from '../schemes/regrouped.ts';
import type { Split } from '../split.ts';
import { relateTwins } from '../twins.ts';
import { type Grouped, unitsOf } from '../units.ts';

/** Shares of train, dev and test. */
export type Ratios = readonly [number, number, number];

export const DEFAULT_RATIOS: Ratios = [70, 10, 20];

/** Minimum number of components for a division: one per split. */
const LEAST_COMPONENTS = 3;

/** `70,10,20`. Throws a UserError `bad-ratios` (usage). */
export function parseRatios(text: string): Ratios {
  const [train, dev, test, ...more] = text.split(',').map(Number);
  const all = [train, dev, test];
  if (more.length === 0 && all.every((share) => share >= 0) && train > 0 && test > 0)
    return [train, dev, test];
  throw new UserError(
    'bad-ratios',
    { en: `"${text}" is not a list of three proportions`, zh: `“${text}”不是三个比例` },
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
 * that share a text, and twins (equal, mirrored, near) are one component. Components larger than test are train. Throws a
 * UserError `too-few-groups`.
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
  const free = withoutLarge(examples, (test / whole) * examples.length);
  const held =
    free.length === examples.length
      ? hold(examples, { test: test / whole, devOfRest: dev / (whole - test) }, seed)
      : holdAmong(free, { test, dev, whole, all: examples.length }, seed);
  return examples.map((example) => held.get(example) ?? 'train');
}

type Held = ReadonlyMap<Grouped, SplitName>;

function hold(
  examples: readonly Grouped[],
  { test, devOfRest }: { readonly test: number; readonly devOfRest: number },
  seed: number,
): Held {
  const first = splitBySeed(examples, test, seed);
  const held = new Map<Grouped, SplitName>(first.held.map((example) => [example, 'test']));
  if (devOfRest > 0)
    for (const example of splitBySeed(first.kept, devOfRest, seed).held) held.set(example, 'dev');
  return held;
}

/**
 * Components no larger than the intended test split, so that one that holds most of the examples goes to train, not test.
 * All examples, where fewer than three components would be left.
 */
function withoutLarge(examples: readonly Grouped[], most: number): readonly Grouped[] {
  const units = unitsOf(examples);
  const small = units.filter((members) => members.length <= most);
  if (small.length === units.length || small.length < LEAST_COMPONENTS) return examples;
  return small
    .flat()
    .sort((a, b) => a - b)
    .map((index) => examples[index]);
}

/** Test and dev of the requested sizes, or all there is in the same proportions. */
function holdAmong(
  free: readonly Grouped[],
  { test, dev, whole, all }: { readonly [Name in 'test' | 'dev' | 'whole' | 'all']: number },
  seed: number,
): Held {
  const wanted = Math.min(free.length, ((test + dev) / whole) * all);
  const first = splitBySeed(free, ((test / (test + dev)) * wanted) / free.length, seed);
  const held = new Map<Grouped, SplitName>(first.held.map((example) => [example, 'test']));
  const rest = first.kept;
  const share = ((dev / (test + dev)) * wanted) / rest.length;
  const isWhole = share >= 1 || unitsOf(rest).length < 2;
  if (dev > 0)
    for (const example of isWhole ? rest : splitBySeed(rest, share, seed).held) held.set(example, 'dev');
  return held;
}

/** Examples of each split that have a twin in an earlier one (train, dev, test). */
export interface Leaks {
  readonly count: number;
  /** There may be more: too many examples are alike to compare them all. */
  readonly atLeast: boolean;
}

/** Undefined if a split has no gold. */
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
