import { type Steps, takeSteps } from '../ground/steps.ts';
import { joinBuckets } from './buckets.ts';
import { createSets } from './disjoint-sets.ts';
import { createDistinctTexts } from './distinct-texts.ts';
import { type Compare, createJoining, type Pair } from './joining.ts';
import { createSketches, SKETCH_DEFAULTS, type Sketches, type SketchOptions } from './minhash.ts';
import { jaccard, packRuns, shinglesOf } from './shingles.ts';
import { findTemplates, joinTemplate, type TextShingles } from './templates.ts';
import { createTextStore, type TextStore } from './text-store.ts';

/** Equal and near-equal texts; a text is identified by its index. */
export interface Duplicates {
  /** Groups of two or more equal texts, members ascending. */
  readonly exact: readonly (readonly number[])[];
  /** Groups of two or more texts joined by equality or by a verified pair, members ascending. */
  readonly near: readonly (readonly number[])[];
  /** Verified pairs of different texts, each text by its first occurrence; by `a`, then `b`. */
  readonly pairs: readonly Pair[];
  /**
   * What `pairs` holds. `all`: every pair. `examples`: of too many pairs, those that join the groups, and for every text one
   * with a text of each set of parts, where there is one. `at-least`: as `examples`, but there were too many candidates to
   * compare them all, so groups may be larger than found.
   */
  readonly extent: 'all' | 'examples' | 'at-least';
}

export interface DuplicateOptions extends SketchOptions {
  /** The part of each text (its split), from 0 to 30: the examples among pairs say which parts a text has twins in. */
  readonly parts?: readonly number[];
  /** Most pairs of candidates compared, and most pairs kept, before only examples are kept. */
  readonly most: { readonly compared: number; readonly pairs: number };
  /** Comparisons beyond which each text is compared with only a few of its candidates. */
  readonly budget: number;
}

const DEFAULTS: DuplicateOptions = {
  ...SKETCH_DEFAULTS,
  most: { compared: 1 << 24, pairs: 1 << 20 },
  budget: 1 << 25,
};
/** Share of the budget for texts of one template. */
const TEMPLATES_SHARE = 0.75;
/** Bytes of recently used shingles that are cached; others are recomputed. */
const KEPT_BYTES = 1 << 27;

/** Verified pairs, and which of all pairs they are. */
export type Found = Pick<Duplicates, 'pairs' | 'extent'>;

/** Near duplicates among texts that are added one by one; a text is identified by its number among distinct ones. */
export interface DuplicateSearch {
  /** The number of a text, in order of first appearance; `part` as in `DuplicateOptions`. */
  add(text: string, part?: number): number;
  /** The number of a text; -1 where it was not added. */
  find(text: string): number;
  /** The text of a number. */
  read(number: number): string;
  readonly size: number;
  /** Pairs of numbers. */
  compare(): Steps<Found>;
}

/**
 * Finds near duplicates among texts kept in `store` (empty at first); memory holds about 100 bytes per text. Candidates come
 * from MinHash, each is verified on all its shingles; of the pairs right at the threshold about 0.2 % may be overlooked,
 * wherever the texts are stored.
 */
export function createDuplicateSearch(
  store: TextStore,
  choices: Partial<Omit<DuplicateOptions, 'parts'>> = {},
): DuplicateSearch {
  const options = { ...DEFAULTS, ...choices };
  const texts = createDistinctTexts(store);
  const sketches = createSketches(options);
  /** By number: the parts that a text occurs in, as bits. */
  const occurs: number[] = [];
  return {
    find: texts.find,
    read: texts.read,
    get size() {
      return texts.size;
    },
    add(text, part = 0) {
      const number = texts.add(text);
      if (number < occurs.length) occurs[number] |= 1 << part;
      else {
        occurs.push(1 << part);
        sketches.add(packRuns(text, options.shingle));
      }
      return number;
    },
    *compare() {
      const comparison = createComparison(texts, options);
      const found = yield* comparePairs(sketches, comparison, options);
      return found ?? (yield* joinGroups(sketches, comparison, occurs, options));
    },
  };
}

/**
 * Exact and near duplicates among texts. Pass the form to compare: `comparisonForm` of `normalise.ts` ignores punctuation and
 * width. `createDuplicateSearch` says what is found and what may be overlooked. Where nearly all of many texts are alike, only
 * as many pairs are compared as it takes to find the groups (`extent`); memory grows only with the number of texts.
 */
export function findDuplicates(
  texts: readonly string[],
  { parts, ...choices }: Partial<DuplicateOptions> = {},
): Duplicates {
  using store = createTextStore();
  const search = createDuplicateSearch(store, choices);
  const firsts: number[] = [];
  const equal = createSets(texts.length);
  for (const [i, text] of texts.entries()) {
    const number = search.add(text, parts?.[i]);
    if (number < firsts.length) equal.join(firsts[number], i);
    else firsts.push(i);
  }
  const exact = equal.groups();
  const found = takeSteps(search.compare());
  for (const { a, b } of found.pairs) equal.join(firsts[a], firsts[b]);
  const pairs = found.pairs.map(({ a, b, similarity }) => ({ a: firsts[a], b: firsts[b], similarity }));
  return { exact, near: equal.groups(), pairs, extent: found.extent };
}

interface Comparison extends TextShingles {
  readonly compare: Compare;
}

function createComparison(texts: Pick<TextStore, 'read'>, { threshold, shingle }: SketchOptions): Comparison {
  let recent = new Map<number, Float64Array>();
  let before = recent;
  let bytes = 0;
  const shinglesAt = (i: number): Float64Array => {
    const known = recent.get(i);
    if (known) return known;
    const made = before.get(i) ?? shinglesOf(texts.read(i), shingle);
    if (bytes > KEPT_BYTES / 2) {
      before = recent;
      recent = new Map();
      bytes = 0;
    }
    recent.set(i, made);
    bytes += made.byteLength;
    return made;
  };
  const compare: Compare = (x, y) => {
    const [a, b] = x < y ? [x, y] : [y, x];
    const [left, right] = [shinglesAt(a), shinglesAt(b)];
    if (Math.min(left.length, right.length) / Math.max(left.length, right.length) < threshold)
      return undefined;
    const similarity = jaccard(left, right);
    return similarity < threshold ? undefined : { a, b, similarity };
  };
  return { compare, shinglesAt, runsAt: (i) => packRuns(texts.read(i), shingle) };
}

/** Every pair of candidates compared; undefined if they are too many. */
function* comparePairs(
  sketches: Sketches,
  { compare }: Comparison,
  { most }: DuplicateOptions,
): Steps<Found | undefined> {
  const candidates = new Float64Array(sketches.bands);
  for (const { members, band } of sketches.buckets())
    candidates[band] += (members.length * (members.length - 1)) / 2;
  if (Math.max(...candidates) > most.compared) return undefined;
  const pairs: Pair[] = [];
  let compared = 0;
  const isTooMuch = (): boolean => compared > most.compared || pairs.length > most.pairs;
  for (const { members, band } of sketches.buckets()) {
    for (let j = 1; j < members.length && !isTooMuch(); j++) {
      for (let i = 0; i < j; i++) {
        if (sketches.agreeBefore(band, members[i], members[j])) continue;
        compared++;
        const pair = compare(members[i], members[j]);
        if (pair) pairs.push(pair);
      }
      yield;
    }
  }
  if (isTooMuch()) return undefined;
  return { pairs: byPlace(pairs), extent: 'all' };
}

/** Only as many pairs of candidates compared as it takes to find the groups. */
function* joinGroups(
  sketches: Sketches,
  { compare, shinglesAt, runsAt }: Comparison,
  occurs: readonly number[],
  { budget, threshold }: DuplicateOptions,
): Steps<Found> {
  const joining = createJoining(compare, occurs, budget);
  const found = yield* findTemplates(sketches, { shinglesAt, runsAt });
  const { templateOf, templates } = found;
  for (const number of templates.keys()) {
    const share = (TEMPLATES_SHARE * (number + 1)) / templates.length;
    yield* joinTemplate(joining, { ...found, number, shinglesAt }, threshold, share);
  }
  yield* joinBuckets(joining, sketches, templateOf);
  return { pairs: byPlace([...joining.pairs]), extent: joining.isPartial ? 'at-least' : 'examples' };
}

const byPlace = (pairs: Pair[]): Pair[] => pairs.sort((x, y) => x.a - y.a || x.b - y.b);
