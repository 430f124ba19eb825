import type { ItemRef } from '../datasets/item-ref.ts';
import type { Split } from '../datasets/split.ts';
import { NEAR, relateTwins, type TwinItem } from '../datasets/twins.ts';
import { commonUnits } from '../datasets/units.ts';
import type { Text } from '../ground/language.ts';
import { SPLITS, type Task } from '../tasks/task.ts';
import type { Finding, FindingKind } from './finding.ts';

type NamedSplit = Pick<Split, 'name' | 'examples'>;

/** Position of a split in train, dev, test: an item leaks into the splits after its own. */
const rank = ({ ref }: TwinItem): number => SPLITS.indexOf(ref.split);

/** The items of a group that have a twin in an earlier split. */
function leakedOf(group: readonly TwinItem[]): TwinItem[] {
  const first = Math.min(...group.map(rank));
  return group.filter((item) => rank(item) > first);
}

function finding(
  code: string,
  kind: FindingKind,
  message: Text,
  groups: readonly (readonly TwinItem[])[],
  touched: readonly TwinItem[],
): Finding[] {
  if (touched.length === 0) return [];
  const items = [...new Map(touched.map(({ ref }) => [`${ref.split}:${ref.id}`, ref])).values()];
  return [{ code, kind, message, items, groups: groups.map((group) => group.map(({ ref }) => ref)) }];
}

type Twins = ReturnType<typeof relateTwins>;

/**
 * Twins inside and across splits, by the kind of equality, and those whose gold differs. Identical inputs agree in every
 * character; folded ones once width, letter case, punctuation and white space are ignored; near ones in at least
 * `NEAR` of their trigrams, verified on all of them. An item that is identical to another counts as that only.
 */
export function findTwins(task: Task, splits: readonly NamedSplit[]): Finding[] {
  const twins = relateTwins(task, splits);
  return [
    ...twinsAcross(twins),
    ...conflicts(twins),
    ...twinsInside(twins),
    ...findSharedUnits(task, splits),
  ];
}

const leaks = (group: readonly TwinItem[]): boolean => leakedOf(group).length > 0;

/** The items of a group that share their texts, character by character, with another one of it. */
function identicalIn(group: readonly TwinItem[]): TwinItem[][] {
  return [...Map.groupBy(group, ({ raw }) => raw).values()].filter((same) => same.length > 1);
}

/** What is added where candidates were too many to compare them all. */
const AT_LEAST: Text = { en: '; at least these', zh: '；至少如此' };
const NOTHING: Text = { en: '', zh: '' };
const boundOf = ({ extent }: Twins): Text => (extent === 'at-least' ? AT_LEAST : NOTHING);

function twinsAcross(twins: Twins): Finding[] {
  const { equal, mirrors, near } = twins;
  const bound = boundOf(twins);
  const across = equal.filter(leaks);
  const identical = across.flatMap(identicalIn).filter(leaks);
  const asTheyAre = new Set(identical.flatMap(leakedOf));
  const foldedOnly = (group: readonly TwinItem[]): TwinItem[] =>
    leakedOf(group).filter((item) => !asTheyAre.has(item));
  const folded = across.filter((group) => foldedOnly(group).length > 0);
  const mirrorsAcross = mirrors.filter(leaks);
  // A pair stands for the first of several equal texts: what equals a leaked text leaks as well.
  const members = new Map(equal.flatMap((group) => group.map((item) => [item.form, group] as const)));
  const withEqual = (item: TwinItem): readonly TwinItem[] => members.get(item.form) ?? [item];
  const nearAcross = near.map((pair) => pair.flatMap(withEqual)).filter(leaks);
  return [
    ...finding(
      'identical-across-splits',
      'leak',
      { en: 'an identical input in an earlier split', zh: '与较早划分中的输入逐字相同' },
      identical,
      identical.flatMap(leakedOf),
    ),
    ...finding(
      'folded-across-splits',
      'leak',
      {
        en: 'an input in an earlier split that is equal after folding (width, letter case, punctuation, white space), not identical',
        zh: '与较早划分中的输入规整后相同（不计全半角、大小写、标点与空白），但非逐字相同',
      },
      folded,
      folded.flatMap(foldedOnly),
    ),
    ...finding(
      'near-across-splits',
      'leak',
      {
        en: `nearly the same input in an earlier split (trigram Jaccard from ${NEAR})${bound.en}`,
        zh: `与较早划分中的输入近似（三元组 Jaccard ≥ ${NEAR}）${bound.zh}`,
      },
      nearAcross,
      nearAcross.flatMap(leakedOf),
    ),
    ...finding(
      'mirrored-across-splits',
      'leak',
      { en: 'the same pair in reverse order in an earlier split', zh: '较早划分中有顺序相反的同一句对' },
      mirrorsAcross,
      mirrorsAcross.flatMap(leakedOf),
    ),
  ];
}

function conflicts({ equal }: Twins): Finding[] {
  const contradictory = equal.filter((group) => new Set(group.map(({ gold }) => gold)).size > 1);
  return finding(
    'conflicting-gold',
    'conflict',
    { en: 'inputs that are equal after folding, with different gold', zh: '输入规整后相同而标注不同' },
    contradictory,
    contradictory.flat(),
  );
}

function twinsInside(twins: Twins): Finding[] {
  const { equal, mirrors, near } = twins;
  const bound = boundOf(twins);
  const inOneSplit = equal
    .flatMap((group) => SPLITS.map((split) => group.filter(({ ref }) => ref.split === split)))
    .filter((group) => group.length > 1);
  const identical = inOneSplit.flatMap(identicalIn);
  const asTheyAre = new Set(identical.flat());
  const foldedOnly = (group: readonly TwinItem[]): TwinItem[] => group.filter((item) => !asTheyAre.has(item));
  const folded = inOneSplit.filter((group) => new Set(group.map(({ raw }) => raw)).size > 1);
  const nearInside = near.filter((pair) => !leaks(pair));
  const mirrorsInside = mirrors.filter((pair) => !leaks(pair));
  return [
    ...finding(
      'identical-in-split',
      'oddity',
      { en: 'identical inputs in one split', zh: '同一划分内输入逐字重复' },
      identical,
      identical.flat(),
    ),
    ...finding(
      'folded-in-split',
      'oddity',
      {
        en: 'inputs in one split that are equal after folding (width, letter case, punctuation, white space), not identical',
        zh: '同一划分内规整后相同的输入（不计全半角、大小写、标点与空白），非逐字相同',
      },
      folded,
      folded.flatMap(foldedOnly),
    ),
    ...finding(
      'near-in-split',
      'oddity',
      {
        en: `nearly the same input twice in one split${bound.en}`,
        zh: `同一划分内输入近似重复${bound.zh}`,
      },
      nearInside,
      nearInside.flat(),
    ),
    ...finding(
      'mirrored-in-split',
      'oddity',
      { en: 'the same pair in both orders in one split', zh: '同一划分内句对正反各出现一次' },
      mirrorsInside,
      mirrorsInside.flat(),
    ),
  ];
}

/** Independent units (a query, a question) with examples in more than one split. */
function findSharedUnits(task: Task, splits: readonly NamedSplit[]): Finding[] {
  const units = new Map<string, ItemRef[]>();
  const common = commonUnits(task, splits);
  for (const [s, { name, examples }] of splits.entries()) {
    for (const [e, { id }] of examples.entries()) {
      const group = common[s][e];
      if (group === undefined) continue;
      const refs = units.get(group) ?? [];
      refs.push({ split: name, id });
      units.set(group, refs);
    }
  }
  const shared = [...units.values()].filter((refs) => new Set(refs.map(({ split }) => split)).size > 1);
  if (shared.length === 0) return [];
  const earliest = (refs: readonly ItemRef[]): number =>
    Math.min(...refs.map(({ split }) => SPLITS.indexOf(split)));
  const items = shared.flatMap((refs) => refs.filter(({ split }) => SPLITS.indexOf(split) > earliest(refs)));
  return [
    {
      code: 'shared-unit',
      kind: 'oddity',
      message: {
        en: 'a question or query that an earlier split has too',
        zh: '较早划分中已有同一问题或查询',
      },
      items,
      groups: shared,
    },
  ];
}
