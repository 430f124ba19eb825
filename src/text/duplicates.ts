import { joinBuckets } from './buckets.ts';
import { createSets } from './disjoint-sets.ts';
import { type Compare, createJoining, type Pair } from './joining.ts';
import { createSketches, SKETCH_DEFAULTS, type Sketches, type SketchOptions } from './minhash.ts';
import { jaccard, shinglesOf } from './shingles.ts';
import { findTemplates, joinTemplate } from './templates.ts';

/** Which texts say the same; a text is known by its index. */
export interface Duplicates {
  /** Groups of two or more equal texts, members ascending. */
  readonly exact: readonly (readonly number[])[];
  /** Groups of two or more texts joined by equality or by a verified pair, members ascending. */
  readonly near: readonly (readonly number[])[];
  /** Verified pairs of different texts, each text by its first occurrence; by `a`, then `b`. */
  readonly pairs: readonly Pair[];
  /**
   * What `pairs` holds. `all`: every pair. `examples`: of too many pairs, those that join the groups, and for every text
   * one with a text of each set of parts, where it has any. `at-least`: as examples, but candidates were too many to
   * compare them all, so that groups may be larger than these.
   */
  readonly extent: 'all' | 'examples' | 'at-least';
}

export interface DuplicateOptions extends SketchOptions {
  /** The part of each text (its split), from 0 to 30: the examples among pairs say which parts a text has twins in. */
  readonly parts?: readonly number[];
  /** Pairs of candidates that are compared at most, and pairs that are kept at most, before examples are all that is kept. */
  readonly most: { readonly compared: number; readonly pairs: number };
  /** Comparisons, beyond which each text is compared with a few of its candidates only. */
  readonly budget: number;
}

const DEFAULTS: DuplicateOptions = {
  ...SKETCH_DEFAULTS,
  most: { compared: 1 << 24, pairs: 1 << 20 },
  budget: 1 << 25,
};
/** Share of the budget that is for texts of one template. */
const TEMPLATES_SHARE = 0.75;
/** Bytes of shingles that are kept; they are made anew where they are needed again. */
const KEPT_BYTES = 1 << 28;

/**
 * Exact and near duplicates among texts. Compare the form that suits: `comparisonForm` of `normalise.ts`
 * ignores punctuation and width. Candidates come from MinHash, each is verified on all its shingles;
 * of the pairs right at the threshold about 0.2 % may be overlooked. Where nearly all of many texts are alike, no more of them
 * are compared than it takes to find the groups (`extent`); memory grows with the number of texts only.
 */
export function findDuplicates(
  texts: readonly string[],
  choices: Partial<DuplicateOptions> = {},
): Duplicates {
  const options = { ...DEFAULTS, ...choices };
  const numberOf = new Map<string, number>();
  const firsts: number[] = [];
  const equal = createSets(texts.length);
  /** By distinct text: the parts that it occurs in, as bits. */
  const occurs: number[] = [];
  for (const [i, text] of texts.entries()) {
    const known = numberOf.get(text);
    const part = 1 << (options.parts?.[i] ?? 0);
    if (known === undefined) {
      numberOf.set(text, firsts.length);
      firsts.push(i);
      occurs.push(part);
    } else {
      equal.join(firsts[known], i);
      occurs[known] |= part;
    }
  }
  const exact = equal.groups();
  const sketches = createSketches(options);
  for (const text of numberOf.keys()) sketches.add(shinglesOf(text, options.shingle));
  const comparison = createComparison([...numberOf.keys()], options);
  const found =
    comparePairs(sketches, comparison, options) ?? joinGroups(sketches, comparison, occurs, options);
  for (const { a, b } of found.pairs) equal.join(firsts[a], firsts[b]);
  const pairs = found.pairs.map(({ a, b, similarity }) => ({ a: firsts[a], b: firsts[b], similarity }));
  return { exact, near: equal.groups(), pairs, extent: found.extent };
}

interface Comparison {
  readonly compare: Compare;
  readonly shinglesAt: (text: number) => Float64Array;
}

function createComparison(texts: readonly string[], { threshold, shingle }: SketchOptions): Comparison {
  const kept = new Map<number, Float64Array>();
  let bytes = 0;
  const shinglesAt = (i: number): Float64Array => {
    const known = kept.get(i);
    if (known) return known;
    const made = shinglesOf(texts[i], shingle);
    if (bytes > KEPT_BYTES) {
      kept.clear();
      bytes = 0;
    }
    kept.set(i, made);
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
  return { compare, shinglesAt };
}

type Found = Pick<Duplicates, 'pairs' | 'extent'>;

/** Every pair of candidates compared; undefined where they are too many. */
function comparePairs(
  sketches: Sketches,
  { compare }: Comparison,
  { most }: DuplicateOptions,
): Found | undefined {
  const candidates = new Float64Array(sketches.bands);
  sketches.eachBucket(({ length }, band) => {
    candidates[band] += (length * (length - 1)) / 2;
  });
  if (Math.max(...candidates) > most.compared) return undefined;
  const pairs: Pair[] = [];
  let compared = 0;
  const isTooMuch = (): boolean => compared > most.compared || pairs.length > most.pairs;
  sketches.eachBucket((members, band) => {
    for (let j = 1; j < members.length && !isTooMuch(); j++) {
      for (let i = 0; i < j; i++) {
        if (sketches.agreeBefore(band, members[i], members[j])) continue;
        compared++;
        const pair = compare(members[i], members[j]);
        if (pair) pairs.push(pair);
      }
    }
  });
  if (isTooMuch()) return undefined;
  return { pairs: byPlace(pairs), extent: 'all' };
}

/** Only as many pairs of candidates compared as it takes to find the groups. */
function joinGroups(
  sketches: Sketches,
  { compare, shinglesAt }: Comparison,
  occurs: readonly number[],
  { budget, threshold }: DuplicateOptions,
): Found {
  const joining = createJoining(compare, occurs, budget);
  const { templateOf, templates } = findTemplates(sketches, shinglesAt);
  for (const [i, texts] of templates.entries())
    joinTemplate(joining, texts, threshold, (TEMPLATES_SHARE * (i + 1)) / templates.length);
  joinBuckets(joining, sketches, templateOf);
  return { pairs: byPlace([...joining.pairs]), extent: joining.isPartial ? 'at-least' : 'examples' };
}

const byPlace = (pairs: Pair[]): Pair[] => pairs.sort((x, y) => x.a - y.a || x.b - y.b);
