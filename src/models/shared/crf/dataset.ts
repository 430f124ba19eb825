import { createKeyTable, type KeyTable, restoreKeyTable } from '../key-table.ts';
import { tagCount } from './tags.ts';
import { REACH, type Template, type Track, type Tracks } from './templates.ts';

/**
 * Training texts as numbers, all in shared memory. An attribute is one value of one template; a feature
 * is an attribute with a tag it was seen with, and its weight's index is its place in `rowTags`.
 */
export interface Dataset {
  readonly types: number;
  /** First position of every text, and the number of positions at the end. */
  readonly textStart: Int32Array;
  /** Gold tag of every position. */
  readonly tags: Uint8Array;
  /** Attributes of every position but for those of its bundle. */
  readonly own: FeatureRuns;
  /** The bundle of every position: attributes of templates with few values, which mostly recur together. */
  readonly bundleOf: Int32Array;
  readonly bundles: FeatureRuns;
  /** First feature of every attribute, and the number of features at the end. */
  readonly rowStart: Int32Array;
  readonly rowTags: Uint8Array;
}

/**
 * Lists of attributes, each as the run of its features: list `i` has the runs `start[i] .. start[i + 1]`, and run `r` the
 * `degrees[r]` features from `begins[r]` on. The attributes of a list with the most features come first: loops over
 * alternating numbers of features are mispredicted.
 */
export interface FeatureRuns {
  readonly start: Int32Array;
  readonly begins: Int32Array;
  readonly degrees: Uint8Array;
}

/** Lists of attributes: list `i` is `attributes[start[i] .. start[i + 1])`. */
interface AttributeLists {
  readonly start: Int32Array;
  readonly attributes: Int32Array;
}

export interface DatasetText {
  readonly length: number;
  readonly tracks: Tracks;
  readonly tags: Uint8Array;
}

/** Tracks with few values: templates of these alone make bundles. */
const FEW_VALUES: readonly Track[] = ['class', 'place', 'match', 'matched', 'side'];

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
export const sharedInts = (length: number): Int32Array => new Int32Array(shared(length * 4));
export const sharedBytes = (length: number): Uint8Array => new Uint8Array(shared(length));
export const sharedDoubles = (length: number): Float64Array => new Float64Array(shared(length * 8));

/** Calls `visit` with the key of every attribute of a position. A part whose value is 0 silences its template. */
export function eachAttribute(
  templates: readonly Template[],
  tracks: Tracks,
  position: number,
  visit: (high: number, low: number) => void,
): void {
  for (let index = 0; index < templates.length; index++) {
    const { parts } = templates[index];
    const a = tracks[parts[0].track][position + REACH + parts[0].offset];
    let low = 0;
    if (parts.length > 1) {
      const b = tracks[parts[1].track][position + REACH + parts[1].offset];
      if (b === 0) continue;
      if (parts.length > 2) {
        const c = tracks[parts[2].track][position + REACH + parts[2].offset];
        if (c === 0) continue;
        low = c;
      }
      low |= b << 16;
    }
    if (a !== 0) visit(((index << 16) | a) >>> 0, low >>> 0);
  }
}

/** How large a dataset is, known before it is built. */
export interface DatasetSize {
  readonly texts: number;
  readonly positions: number;
  readonly types: number;
}

/**
 * Numbers all attributes that occur at least `cutoff` times, most frequent first (so that the busiest
 * weights are contiguous in memory), and lays out a feature for every attribute and tag seen together.
 * `yieldNow` is awaited between texts.
 */
export async function buildDataset(
  texts: Iterable<DatasetText>,
  size: DatasetSize,
  templates: readonly Template[],
  cutoff: number,
  yieldNow: () => Promise<void> | undefined,
): Promise<{ dataset: Dataset; keys: KeyTable }> {
  const { found, counts, lists, textStart, tags } = await collectAttributes(texts, size, templates, yieldNow);
  const kept = frequentFirst(counts, cutoff);
  const all = found.keys();
  const keys = restoreKeyTable(
    Uint32Array.from(kept, (id) => all.high[id]),
    Uint32Array.from(kept, (id) => all.low[id]),
  )!;
  const numbered = renumber(lists, kept, found.size());
  const features = layOutFeatures(numbered, tags, kept.length, tagCount(size.types));
  const bundled = templates.map(({ parts }) => parts.every(({ track }) => FEW_VALUES.includes(track)));
  const inBundle = Uint8Array.from(kept, (id) => Number(bundled[all.high[id] >>> 16]));
  const { own, bundleOf, bundles } = splitBundles(numbered, inBundle);
  const [ownRuns, bundleRuns] = [own, bundles].map((list) => runsOf(list, features.rowStart));
  return {
    dataset: {
      ...{ types: size.types, textStart, tags, own: ownRuns, bundleOf, bundles: bundleRuns },
      ...features,
    },
    keys,
  };
}

function runsOf({ start, attributes }: AttributeLists, rowStart: Int32Array): FeatureRuns {
  const degree = (attribute: number): number => rowStart[attribute + 1] - rowStart[attribute];
  const begins = sharedInts(attributes.length);
  const degrees = sharedBytes(attributes.length);
  for (let list = 0; list + 1 < start.length; list++) {
    const sorted = attributes.subarray(start[list], start[list + 1]).sort((a, b) => degree(b) - degree(a));
    for (let i = 0, at = start[list]; i < sorted.length; i++, at++) {
      begins[at] = rowStart[sorted[i]];
      degrees[at] = degree(sorted[i]);
    }
  }
  return { start, begins, degrees };
}

/** Every attribute of every position, numbered in the order of its first appearance, and how often each occurs. */
async function collectAttributes(
  texts: Iterable<DatasetText>,
  size: DatasetSize,
  templates: readonly Template[],
  yieldNow: () => Promise<void> | undefined,
) {
  const found = createKeyTable(1 << 16);
  let counts = new Int32Array(1 << 16);
  const textStart = sharedInts(size.texts + 1);
  const tags = sharedBytes(size.positions);
  const start = sharedInts(size.positions + 1);
  const attributes = new Int32Array(size.positions * templates.length);
  let at = 0;
  let position = 0;
  let index = 0;
  const take = (high: number, low: number): void => {
    const id = found.add(high, low);
    if (id >= counts.length) {
      const wider = new Int32Array(counts.length * 2);
      wider.set(counts);
      counts = wider;
    }
    counts[id]++;
    attributes[at++] = id;
  };
  for (const text of texts) {
    await yieldNow();
    tags.set(text.tags, position);
    for (let t = 0; t < text.length; t++) {
      eachAttribute(templates, text.tracks, t, take);
      start[++position] = at;
    }
    textStart[++index] = position;
  }
  const lists: AttributeLists = { start, attributes };
  return { found, counts: counts.subarray(0, found.size()), lists, textStart, tags };
}

/** The attributes that occur at least `cutoff` times, most frequent first, of equally frequent ones the earlier. */
const frequentFirst = (counts: Int32Array, cutoff: number): Int32Array =>
  Int32Array.from(counts, (_, id) => id)
    .filter((id) => counts[id] >= cutoff)
    .sort((a, b) => counts[b] - counts[a] || a - b);

/** Attributes become their places in `kept`; those that are not kept are dropped. In place. */
function renumber({ start, attributes }: AttributeLists, kept: Int32Array, all: number): AttributeLists {
  const numbers = new Int32Array(all).fill(-1);
  kept.forEach((id, number) => {
    numbers[id] = number;
  });
  let to = 0;
  for (let list = 0, from = 0; list + 1 < start.length; list++) {
    for (const end = start[list + 1]; from < end; from++) {
      const number = numbers[attributes[from]];
      if (number >= 0) attributes[to++] = number;
    }
    start[list + 1] = to;
  }
  return { start, attributes: attributes.subarray(0, to) };
}

/** A feature for every attribute and every tag that it was seen with. `width`: how many tags there are. */
function layOutFeatures(
  { start, attributes }: AttributeLists,
  tags: Uint8Array,
  count: number,
  width: number,
): Pick<Dataset, 'rowStart' | 'rowTags'> {
  const seen = new Uint8Array(count * width);
  for (let position = 0; position < tags.length; position++) {
    for (let k = start[position]; k < start[position + 1]; k++)
      seen[attributes[k] * width + tags[position]] = 1;
  }
  let features = 0;
  for (let cell = 0; cell < seen.length; cell++) features += seen[cell];
  const rowStart = sharedInts(count + 1);
  const rowTags = sharedBytes(features);
  for (let number = 0, next = 0, cell = 0; number < count; number++) {
    for (let tag = 0; tag < width; tag++, cell++) if (seen[cell] === 1) rowTags[next++] = tag;
    rowStart[number + 1] = next;
  }
  return { rowStart, rowTags };
}

/** Takes the attributes that belong in bundles out of the lists, in place; equal bundles are kept once. */
function splitBundles(
  { start, attributes }: AttributeLists,
  inBundle: Uint8Array,
): { own: AttributeLists; bundleOf: Int32Array; bundles: AttributeLists } {
  const positions = start.length - 1;
  const bundleOf = sharedInts(positions);
  // A bundle is a path in a trie of attributes; those that some position ends in are numbered.
  const paths = createKeyTable(1 << 12);
  const ends = createKeyTable(1 << 10);
  const bundleStart = [0];
  const bundleAttributes: number[] = [];
  const together: number[] = [];
  let to = 0;
  for (let p = 0, from = 0; p < positions; p++) {
    let path = 0;
    together.length = 0;
    for (const end = start[p + 1]; from < end; from++) {
      const number = attributes[from];
      if (inBundle[number] === 0) attributes[to++] = number;
      else {
        path = paths.add(path, number) + 1;
        together.push(number);
      }
    }
    start[p + 1] = to;
    bundleOf[p] = ends.add(path, 0);
    if (ends.size() === bundleStart.length) {
      bundleAttributes.push(...together);
      bundleStart.push(bundleAttributes.length);
    }
  }
  return {
    own: { start, attributes: attributes.subarray(0, to) },
    bundleOf,
    bundles: { start: toShared(bundleStart), attributes: Int32Array.from(bundleAttributes) },
  };
}

function toShared(numbers: ArrayLike<number>): Int32Array {
  const array = sharedInts(numbers.length);
  array.set(numbers);
  return array;
}
