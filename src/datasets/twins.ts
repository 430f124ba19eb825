import type { ComparedParts } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { type Duplicates, findDuplicates } from '../text/duplicates.ts';
import { comparisonForm } from '../text/normalise.ts';
import type { ItemRef } from './item-ref.ts';
import type { Split } from './split.ts';

/** Jaccard similarity of character trigrams from which two inputs count as near duplicates. */
export const NEAR = 0.8;

/** An example as it is compared. */
export interface TwinItem extends ComparedParts {
  readonly ref: ItemRef;
  /** Texts as they stand, and in the form in which width, case, punctuation and white space do not count. */
  readonly raw: string;
  readonly form: string;
  /** The form with the two texts of a pair exchanged. */
  readonly mirrored?: string;
}

type NamedSplit = Pick<Split, 'name' | 'examples'>;

const SEPARATOR = '\u0001';

function itemsOf(task: Task, splits: readonly NamedSplit[]): TwinItem[] {
  const family = familyOf(task);
  const isPair = family.inputShape === 'pair';
  return splits.flatMap(({ name, examples }) =>
    examples.map((example): TwinItem => {
      const { texts, gold } = family.comparedParts?.(example) ?? {
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

function groupBy(items: readonly TwinItem[], keyOf: (item: TwinItem) => string): TwinItem[][] {
  const groups = new Map<string, TwinItem[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** How the examples of a corpus resemble each other. Every group has at least two members, in corpus order. */
export interface Twins {
  /** Equal but for width, letter case, punctuation and white space. */
  readonly equal: readonly (readonly TwinItem[])[];
  /** Pairs of texts that are equal the other way round. */
  readonly mirrors: readonly (readonly TwinItem[])[];
  /** Alike in at least `NEAR` of their trigrams, verified; each stands for all that are equal to it. */
  readonly near: readonly (readonly TwinItem[])[];
  /** Whether `near` holds every pair, or of too many some that say the same about groups and splits, or only a part. */
  readonly extent: Duplicates['extent'];
}

/**
 * Finds twins inside and across splits. Where near pairs are too many to be listed, those are listed that join the groups, and for
 * every example one in each split that has any, so that what leaks is the same.
 */
export function relateTwins(task: Task, splits: readonly NamedSplit[]): Twins {
  const items = itemsOf(task, splits);
  const byForm = new Map(items.map((item) => [item.form, item]));
  const mirrors = items.flatMap((item) => {
    const mirror = item.mirrored === undefined ? undefined : byForm.get(item.mirrored);
    return mirror && mirror !== item && item.form < mirror.form ? [[item, mirror]] : [];
  });
  const parts = splits.flatMap(({ examples }, split) => examples.map(() => split));
  const { pairs, extent } = findDuplicates(
    items.map(({ form }) => form),
    { threshold: NEAR, parts },
  );
  return {
    equal: groupBy(items, ({ form }) => form),
    mirrors,
    near: pairs.map(({ a, b }) => [items[a], items[b]]),
    extent,
  };
}
