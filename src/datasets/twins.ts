import type { Text } from '../ground/language.ts';
import type { Example, FamilyId } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { SPLITS, type Task } from '../tasks/task.ts';
import { findDuplicates } from '../text/minhash.ts';
import { comparisonForm } from '../text/normalise.ts';
import { commonUnits } from './common-units.ts';
import type { Split } from './corpus.ts';
import type { Finding, FindingKind, ItemRef } from './finding.ts';

/** Jaccard similarity of character trigrams from which two inputs count as near duplicates. */
export const NEAR = 0.8;

/** What is compared of an example: its texts as they stand, and its gold in an order that does not depend on theirs. */
interface Aspects {
  readonly texts: readonly string[];
  readonly gold: string;
}

/** Families whose input is a set of texts or whose gold follows their order; others take `familyOf`. */
const ASPECTS: { readonly [F in FamilyId]?: (example: Example<F>) => Aspects } = {
  ranking: ({ input, gold }) => {
    const forms = input.documents.map(({ title }) => comparisonForm(title));
    const order = forms.map((_, i) => i).sort((i, j) => (forms[i] < forms[j] ? -1 : 1));
    return {
      texts: [input.query, ...order.map((i) => input.documents[i].title)],
      gold: order.map((i) => gold.relevance[i]).join(),
    };
  },
};

interface Item extends Aspects {
  readonly ref: ItemRef;
  /** Texts as they stand, and in the form in which width, case, punctuation and white space do not count. */
  readonly raw: string;
  readonly form: string;
  /** The form with the two texts of a pair exchanged. */
  readonly mirrored?: string;
}

const SEPARATOR = '\u0001';

function itemsOf(task: Task, splits: readonly Split[]): Item[] {
  const family = familyOf(task);
  const aspectsOf = ASPECTS[task.family] as ((example: Example) => Aspects) | undefined;
  const isPair = task.family === 'similarity' || task.family === 'inference';
  return splits.flatMap(({ name, examples }) =>
    examples.map((example): Item => {
      const { texts, gold } = aspectsOf?.(example) ?? {
        texts: family.texts(example.input),
        gold: [...family.labels(example)].sort().join(SEPARATOR),
      };
      const forms = texts.map(comparisonForm);
      return {
        ref: { split: name, id: example.id },
        texts,
        gold,
        raw: texts.join(SEPARATOR),
        form: forms.join(SEPARATOR),
        mirrored: isPair && forms[0] !== forms[1] ? [...forms].reverse().join(SEPARATOR) : undefined,
      };
    }),
  );
}

function groupBy(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Position of a split in train, dev, test: an item leaks into the splits after its own. */
const rank = ({ ref }: Item): number => SPLITS.indexOf(ref.split);

/** The items of a group that have a twin in an earlier split. */
function leakedOf(group: readonly Item[]): Item[] {
  const first = Math.min(...group.map(rank));
  return group.filter((item) => rank(item) > first);
}

function finding(
  code: string,
  kind: FindingKind,
  message: Text,
  groups: readonly (readonly Item[])[],
  touched: readonly Item[],
): Finding[] {
  if (touched.length === 0) return [];
  const items = [...new Map(touched.map(({ ref }) => [`${ref.split}:${ref.id}`, ref])).values()];
  return [{ code, kind, message, items, groups: groups.map((group) => group.map(({ ref }) => ref)) }];
}

/**
 * Twins inside and across splits: equal, alike, mirrored, and those whose gold differs. Equality ignores
 * width, letter case, punctuation and white space; likeness is verified on all trigrams.
 */
export function findTwins(task: Task, splits: readonly Split[]): Finding[] {
  const items = itemsOf(task, splits);
  const equal = groupBy(items, ({ form }) => form);
  const inOneSplit = equal
    .flatMap((group) => SPLITS.map((split) => group.filter(({ ref }) => ref.split === split)))
    .filter((group) => group.length > 1);
  const across = equal.filter((group) => leakedOf(group).length > 0);
  const contradictory = equal.filter((group) => new Set(group.map(({ gold }) => gold)).size > 1);
  const dressed = equal.filter((group) => new Set(group.map(({ raw }) => raw)).size > 1);

  const byForm = new Map(items.map((item) => [item.form, item]));
  const mirrors = items.flatMap((item) => {
    const mirror = item.mirrored === undefined ? undefined : byForm.get(item.mirrored);
    return mirror && mirror !== item && item.form < mirror.form ? [[item, mirror]] : [];
  });
  const mirrorsAcross = mirrors.filter((pair) => leakedOf(pair).length > 0);

  const { pairs } = findDuplicates(
    items.map(({ form }) => form),
    { threshold: NEAR },
  );
  const twins = pairs.map(({ a, b }) => [items[a], items[b]]);
  // A pair stands for the first of several equal texts: what equals a leaked text leaks as well.
  const members = new Map(equal.flatMap((group) => group.map((item) => [item.form, group] as const)));
  const withEqual = (item: Item): readonly Item[] => members.get(item.form) ?? [item];
  const nearAcross = twins
    .map((pair) => pair.flatMap(withEqual))
    .filter((group) => leakedOf(group).length > 0);
  const nearInside = twins.filter((pair) => leakedOf(pair).length === 0);

  return [
    ...finding(
      'equal-across-splits',
      'leak',
      { en: 'the same input in an earlier split', zh: '与较早划分中的输入相同' },
      across,
      across.flatMap(leakedOf),
    ),
    ...finding(
      'near-across-splits',
      'leak',
      {
        en: `nearly the same input in an earlier split (trigram Jaccard from ${NEAR})`,
        zh: `与较早划分中的输入近似（三元组 Jaccard ≥ ${NEAR}）`,
      },
      nearAcross,
      nearAcross.flatMap(leakedOf),
    ),
    ...finding(
      'mirrored-across-splits',
      'leak',
      { en: 'the same pair, the other way round, in an earlier split', zh: '较早划分中有顺序相反的同一句对' },
      mirrorsAcross,
      mirrorsAcross.flatMap(leakedOf),
    ),
    ...finding(
      'conflicting-gold',
      'conflict',
      { en: 'the same input with different gold', zh: '输入相同而标注不同' },
      contradictory,
      contradictory.flat(),
    ),
    ...finding(
      'equal-in-split',
      'oddity',
      { en: 'the same input twice in one split', zh: '同一划分内输入重复' },
      inOneSplit,
      inOneSplit.flat(),
    ),
    ...finding(
      'near-in-split',
      'oddity',
      { en: 'nearly the same input twice in one split', zh: '同一划分内输入近似重复' },
      nearInside,
      nearInside.flat(),
    ),
    ...finding(
      'mirrored-in-split',
      'oddity',
      { en: 'the same pair in both orders in one split', zh: '同一划分内句对正反各出现一次' },
      mirrors.filter((pair) => leakedOf(pair).length === 0),
      mirrors.filter((pair) => leakedOf(pair).length === 0).flat(),
    ),
    ...finding(
      'differs-in-dress',
      'oddity',
      {
        en: 'inputs that differ only in punctuation, width, letter case or white space',
        zh: '输入仅在标点、全半角、大小写或空白上不同',
      },
      dressed,
      dressed.flat(),
    ),
    ...findSharedUnits(task, splits),
  ];
}

/** Independent units (a query, a question) with examples in more than one split. */
function findSharedUnits(task: Task, splits: readonly Split[]): Finding[] {
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
