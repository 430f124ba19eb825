import { UserError } from '../ground/errors.ts';
import type { ComparedParts } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { findDuplicates, type Pair } from '../text/minhash.ts';
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
}

/**
 * Finds twins inside and across splits. Throws a UserError `too-many-twins` where more pairs would have to be compared than
 * memory has room for: tens of thousands of texts that are nearly alike.
 */
export function relateTwins(task: Task, splits: readonly NamedSplit[]): Twins {
  const items = itemsOf(task, splits);
  const byForm = new Map(items.map((item) => [item.form, item]));
  const mirrors = items.flatMap((item) => {
    const mirror = item.mirrored === undefined ? undefined : byForm.get(item.mirrored);
    return mirror && mirror !== item && item.form < mirror.form ? [[item, mirror]] : [];
  });
  const pairs = nearPairs(items.map(({ form }) => form));
  return {
    equal: groupBy(items, ({ form }) => form),
    mirrors,
    near: pairs.map(({ a, b }) => [items[a], items[b]]),
  };
}

/** V8 refuses a set of more than 2^24 pairs by a RangeError. */
function nearPairs(forms: readonly string[]): readonly Pair[] {
  try {
    return findDuplicates(forms, { threshold: NEAR }).pairs;
  } catch (error) {
    if (error instanceof RangeError) throw tooManyTwins();
    throw error;
  }
}

const tooManyTwins = (): UserError =>
  new UserError(
    'too-many-twins',
    {
      en: 'Too many records are nearly alike to be compared pair by pair',
      zh: '近似记录过多，无法逐对比较',
    },
    {
      hint: {
        en: 'Remove repeated templates from the corpus, or bring splits as files of their own.',
        zh: '请去除语料中的重复模板，或按划分分别提供文件。',
      },
    },
  );
