import type { ItemRef } from '../datasets/item-ref.ts';
import { NEAR, type Twins } from '../datasets/twins.ts';
import type { Text } from '../ground/language.ts';
import { SPLITS } from '../tasks/task.ts';
import type { Finding } from './finding.ts';

/** Examples, by number. */
type Group = readonly number[];

/** The smallest of many numbers. */
const least = (numbers: readonly number[]): number =>
  numbers.reduce((smallest, number) => Math.min(smallest, number), Number.POSITIVE_INFINITY);

/** The examples of a group with a twin in an earlier split (train, dev, test): each leaks into the splits after its own. */
function leakedOf({ splitOf }: Twins, group: Group): number[] {
  const first = least(group.map(splitOf));
  return group.filter((example) => splitOf(example) > first);
}

const leaks = ({ splitOf }: Twins, group: Group): boolean =>
  group.some((example) => splitOf(example) !== splitOf(group[0]));

/** The examples of a group that share their texts, character by character, with another one of it. */
function identicalIn({ rawOf }: Twins, group: Group): number[][] {
  return [...Map.groupBy(group, rawOf).values()].filter((same) => same.length > 1);
}

/** A finding about groups and those of their examples that it touches; nothing where it touches none. */
interface TwinFinding extends Pick<Finding, 'code' | 'kind' | 'message'> {
  readonly groups: readonly Group[];
  /** May name an example more than once. */
  readonly touched: Iterable<number>;
}

/**
 * Twins inside and across splits, by the kind of equality, and those whose gold differs. Identical inputs agree in every
 * character; folded ones once width, letter case, punctuation and white space are ignored; near ones in at least
 * `NEAR` of their trigrams, verified on all of them. An item that is identical to another counts as that only.
 */
export function describeTwins(
  twins: Twins,
  refOf: (example: number) => ItemRef,
  mostListed = MOST_LISTED,
): Finding[] {
  const found = [...twinsAcross(twins, mostListed), conflicts(twins), ...twinsInside(twins)];
  return found.flatMap(({ groups, touched, ...about }) => {
    const items = [...new Set(touched)].map(refOf);
    return items.length > 0 ? [{ ...about, items, groups: groups.map((group) => group.map(refOf)) }] : [];
  });
}

/** Members of near groups that are listed; beyond that, one of several equal ones is listed. */
const MOST_LISTED = 1 << 22;

/** As `flatMap`, one after another. */
function* flatten(groups: readonly Group[], of: (group: Group) => Group): Generator<number> {
  for (const group of groups) yield* of(group);
}

/** What is added where candidates were too many to compare them all. */
const AT_LEAST: Text = { en: '; at least these', zh: '；至少如此' };
const NOTHING: Text = { en: '', zh: '' };
const boundOf = ({ extent }: Twins): Text => (extent === 'at-least' ? AT_LEAST : NOTHING);

function twinsAcross(twins: Twins, mostListed: number): TwinFinding[] {
  const { equal, mirrors, near, formOf } = twins;
  const bound = boundOf(twins);
  const leaking = (group: Group): boolean => leaks(twins, group);
  const leaked = (group: Group): number[] => leakedOf(twins, group);
  const across = equal.filter(leaking);
  const identical = across.flatMap((group) => identicalIn(twins, group)).filter(leaking);
  const asTheyAre = new Set(identical.flatMap(leaked));
  const foldedOnly = (group: Group): number[] => leaked(group).filter((example) => !asTheyAre.has(example));
  const folded = across.filter((group) => foldedOnly(group).length > 0);
  const mirrorsAcross = mirrors.filter(leaking);
  // A pair names the first of several equal texts: texts equal to a leaked one leak as well.
  const members = new Map(equal.map((group) => [formOf(group[0]), group]));
  const withEqual = (example: number): Group => members.get(formOf(example)) ?? [example];
  const nearAcross = near.filter((pair) => leaking(pair.flatMap(withEqual)));
  const listed = nearAcross.reduce((sum, pair) => sum + pair.flatMap(withEqual).length, 0);
  return [
    {
      code: 'identical-across-splits',
      kind: 'leak',
      message: { en: 'an identical input in an earlier split', zh: '与较早划分中的输入逐字相同' },
      groups: identical,
      touched: identical.flatMap(leaked),
    },
    {
      code: 'folded-across-splits',
      kind: 'leak',
      message: {
        en: 'an input in an earlier split that is equal after folding (width, letter case, punctuation, white space), not identical',
        zh: '与较早划分中的输入规整后相同（不计全半角、大小写、标点与空白），但非逐字相同',
      },
      groups: folded,
      touched: folded.flatMap(foldedOnly),
    },
    {
      code: 'near-across-splits',
      kind: 'leak',
      message: {
        en: `nearly the same input in an earlier split (trigram Jaccard from ${NEAR})${bound.en}`,
        zh: `与较早划分中的输入近似（三元组 Jaccard ≥ ${NEAR}）${bound.zh}`,
      },
      groups: listed > mostListed ? nearAcross : nearAcross.map((pair) => pair.flatMap(withEqual)),
      touched: flatten(nearAcross, (pair) => leaked(pair.flatMap(withEqual))),
    },
    {
      code: 'mirrored-across-splits',
      kind: 'leak',
      message: {
        en: 'the same pair in reverse order in an earlier split',
        zh: '较早划分中有顺序相反的同一句对',
      },
      groups: mirrorsAcross,
      touched: mirrorsAcross.flatMap(leaked),
    },
  ];
}

function conflicts({ equal, goldOf }: Twins): TwinFinding {
  const groups = equal.filter((group) => group.some((example) => goldOf(example) !== goldOf(group[0])));
  return {
    code: 'conflicting-gold',
    kind: 'conflict',
    message: {
      en: 'inputs that are equal after folding, with different gold',
      zh: '输入规整后相同而标注不同',
    },
    groups,
    touched: groups.flat(),
  };
}

function twinsInside(twins: Twins): TwinFinding[] {
  const { equal, mirrors, near, splitOf, rawOf } = twins;
  const bound = boundOf(twins);
  const inOneSplit = equal
    .flatMap((group) => SPLITS.map((_, split) => group.filter((example) => splitOf(example) === split)))
    .filter((group) => group.length > 1);
  const identical = inOneSplit.flatMap((group) => identicalIn(twins, group));
  const asTheyAre = new Set(identical.flat());
  const foldedOnly = (group: Group): number[] => group.filter((example) => !asTheyAre.has(example));
  const folded = inOneSplit.filter((group) => group.some((example) => rawOf(example) !== rawOf(group[0])));
  const nearInside = near.filter((pair) => !leaks(twins, pair));
  const mirrorsInside = mirrors.filter((pair) => !leaks(twins, pair));
  return [
    {
      code: 'identical-in-split',
      kind: 'oddity',
      message: { en: 'identical inputs in one split', zh: '同一划分内输入逐字重复' },
      groups: identical,
      touched: identical.flat(),
    },
    {
      code: 'folded-in-split',
      kind: 'oddity',
      message: {
        en: 'inputs in one split that are equal after folding (width, letter case, punctuation, white space), not identical',
        zh: '同一划分内规整后相同的输入（不计全半角、大小写、标点与空白），非逐字相同',
      },
      groups: folded,
      touched: folded.flatMap(foldedOnly),
    },
    {
      code: 'near-in-split',
      kind: 'oddity',
      message: {
        en: `nearly the same input twice in one split${bound.en}`,
        zh: `同一划分内输入近似重复${bound.zh}`,
      },
      groups: nearInside,
      touched: nearInside.flat(),
    },
    {
      code: 'mirrored-in-split',
      kind: 'oddity',
      message: { en: 'the same pair in both orders in one split', zh: '同一划分内句对正反各出现一次' },
      groups: mirrorsInside,
      touched: mirrorsInside.flat(),
    },
  ];
}
