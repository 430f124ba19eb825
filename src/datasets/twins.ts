import { type Steps, takeSteps } from '../ground/steps.ts';
import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { SPLITS, type SplitName, type Task } from '../tasks/task.ts';
import { createDuplicateSearch, type DuplicateSearch, type Duplicates } from '../text/duplicates.ts';
import { longHash } from '../text/hashing.ts';
import { comparisonForm } from '../text/normalise.ts';
import { createTextStore, type TextStoreOptions } from '../text/text-store.ts';
import type { Split } from './split.ts';

/** Jaccard similarity of character trigrams from which two inputs count as near duplicates. */
export const NEAR = 0.8;

/**
 * How the examples of a corpus resemble each other. Examples are known by number, in the order in which they came; every
 * group has at least two, in that order.
 */
export interface Twins {
  /** The split of an example, as its place in `SPLITS`. */
  splitOf(example: number): number;
  /** The number of its texts in the form in which width, letter case, punctuation and white space do not count. */
  formOf(example: number): number;
  /** 53 bits of a hash of its unchanged texts, and of its gold; to be compared among examples of one form. */
  rawOf(example: number): number;
  goldOf(example: number): number;
  /** Equal but for width, letter case, punctuation and white space. */
  readonly equal: readonly (readonly number[])[];
  /** Pairs of texts that are equal the other way round. */
  readonly mirrors: readonly (readonly number[])[];
  /** Alike in at least `NEAR` of their trigrams, verified; each stands for all that are equal to it. */
  readonly near: readonly (readonly number[])[];
  /** Whether `near` holds every pair, or of too many some that say the same about groups and splits, or only a part. */
  readonly extent: Duplicates['extent'];
}

/** Examples that come one by one, to be compared; disposing of it removes what is on disk. */
export interface TwinSearch extends Disposable {
  add(example: Example, split: SplitName): void;
  /**
   * Finds twins inside and across splits. Where near pairs are too many to be listed, those are listed that join the groups, and for
   * every example one in each split that has any, so that what leaks is the same.
   */
  relate(): Steps<Twins>;
}

const SEPARATOR = '\u0001';

/**
 * A search for twins that keeps about 150 bytes of an example in memory, and the texts as far as `stored` says; what it finds
 * does not depend on where they are. Throws a UserError if the disk is full.
 */
export function createTwinSearch(task: Task, stored: TextStoreOptions = {}): TwinSearch {
  const family = familyOf(task);
  const store = createTextStore(stored);
  const search = createDuplicateSearch(store, { threshold: NEAR });
  const splits: number[] = [];
  const forms: number[] = [];
  const raws: number[] = [];
  const golds: number[] = [];
  return {
    add(example, split) {
      const { texts, gold } = family.comparedParts?.(example) ?? {
        texts: family.texts(example.input),
        gold: [...family.labels(example)].sort().join(SEPARATOR),
      };
      const part = SPLITS.indexOf(split);
      splits.push(part);
      forms.push(search.add(texts.map(comparisonForm).join(SEPARATOR), part));
      raws.push(longHash(texts.join(SEPARATOR)));
      golds.push(longHash(gold));
    },
    *relate() {
      const members = membersOf(forms);
      const { pairs, extent } = yield* search.compare();
      return {
        splitOf: (i) => splits[i],
        formOf: (i) => forms[i],
        rawOf: (i) => raws[i],
        goldOf: (i) => golds[i],
        equal: members.flatMap((group) => (Array.isArray(group) ? [group] : [])),
        mirrors: family.inputShape === 'pair' ? findMirrors(search, forms, members) : [],
        near: pairs.map(({ a, b }) => [firstOf(members[a]), firstOf(members[b])]),
        extent,
      };
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

/** The examples of a form: most forms have one. */
type Members = number | number[];

const firstOf = (members: Members): number => (Array.isArray(members) ? members[0] : members);
const lastOf = (members: Members): number => (Array.isArray(members) ? members[members.length - 1] : members);

/** By form: its examples, ascending. */
function membersOf(formOf: readonly number[]): Members[] {
  const members: Members[] = [];
  for (const [i, form] of formOf.entries()) {
    const known = form < members.length ? members[form] : undefined;
    if (known === undefined) members.push(i);
    else if (Array.isArray(known)) known.push(i);
    else members[form] = [known, i];
  }
  return members;
}

/** Each example whose form is the smaller of two, with the last one that has its two texts exchanged. */
function findMirrors(
  { find, read, size }: DuplicateSearch,
  formOf: readonly number[],
  members: readonly Members[],
): number[][] {
  const mirrorOf = new Int32Array(size).fill(-1);
  for (let form = 0; form < size; form++) {
    const own = read(form);
    const mirrored = own.split(SEPARATOR).reverse().join(SEPARATOR);
    if (own < mirrored) mirrorOf[form] = find(mirrored);
  }
  return formOf.flatMap((form, i) => (mirrorOf[form] < 0 ? [] : [[i, lastOf(members[mirrorOf[form]])]]));
}

/** The twins among the examples of splits that are in memory. */
export function relateTwins(task: Task, splits: readonly Pick<Split, 'name' | 'examples'>[]): Twins {
  using search = createTwinSearch(task);
  for (const { name, examples } of splits) for (const example of examples) search.add(example, name);
  return takeSteps(search.relate());
}
