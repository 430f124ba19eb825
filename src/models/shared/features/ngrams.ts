/**
 * Character n-grams, counted exactly (no hashing of features together).
 *
 * An n-gram is 1 to `most` code points, so a rare character outside the basic plane is never split.
 * The vocabulary is a trie: node 0 is the empty string, node `i` is the n-gram of `parents[i]` with one
 * more code point. Ids are given in order of first appearance: equal texts give equal ids.
 */
export interface NgramTrie {
  /** Nodes, the root included. */
  readonly size: number;
  readonly parents: Int32Array;
  readonly points: Int32Array;
  /**
   * Visits every n-gram of the text that is in the trie (`grow`: after adding it), once, with its count.
   * In order of first appearance.
   */
  count(text: string, visit: (node: number, count: number) => void, grow?: boolean): void;
  /** The n-gram itself. */
  ngram(node: number): string;
}

/** Lower case, and every run of white space one space: what `TfidfVectorizer` of scikit-learn does. */
export const foldText = (text: string): string => text.toLowerCase().replace(/\s\s+/gu, ' ');

/** A trie that grows, and what counting one text needs. */
interface Growing {
  size: number;
  parents: Int32Array;
  points: Int32Array;
  /** Open addressing: nodes by parent and code point; 0 where free. The length is `mask + 1`, a power of two. */
  slots: Int32Array;
  mask: number;
  /** The index of the node in the list of the text being counted, plus one; 0 between texts. */
  places: Int32Array;
  /** The code points of the text being counted. */
  text: Int32Array;
  /** The n-grams of the text being counted, and how often it has each. */
  nodes: Int32Array;
  counts: Int32Array;
}

/** An empty trie, or (`parents`, `points`) one that was saved. `least` to `most`: lengths that are counted. */
export function createNgramTrie(
  least: number,
  most: number,
  saved?: Pick<NgramTrie, 'parents' | 'points'>,
): NgramTrie {
  const parents = saved?.parents ?? new Int32Array(1 << 12);
  const trie: Growing = {
    size: saved?.parents.length ?? 1,
    parents,
    points: saved?.points ?? new Int32Array(1 << 12),
    slots: new Int32Array(0),
    mask: 0,
    places: new Int32Array(parents.length),
    text: new Int32Array(1 << 10),
    nodes: new Int32Array(1 << 10),
    counts: new Int32Array(1 << 10),
  };
  rehash(trie);

  return {
    get size() {
      return trie.size;
    },
    get parents() {
      return trie.parents.slice(0, trie.size);
    },
    get points() {
      return trie.points.slice(0, trie.size);
    },
    count(text, visit, grow = false) {
      const found = countNgrams(trie, readPoints(trie, text), least, most, grow);
      const { nodes, counts, places } = trie;
      for (let i = 0; i < found; i++) places[nodes[i]] = 0;
      for (let i = 0; i < found; i++) visit(nodes[i], counts[i]);
    },
    ngram(node) {
      let ngram = '';
      for (let at = node; at !== 0; at = trie.parents[at])
        ngram = String.fromCodePoint(trie.points[at]) + ngram;
      return ngram;
    },
  };
}

/** Writes the code points of a text into `trie.text`; returns how many they are. */
function readPoints(trie: Growing, source: string): number {
  if (source.length > trie.text.length) trie.text = new Int32Array(source.length * 2);
  const { text } = trie;
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const point = source.codePointAt(i)!;
    if (point > 0xffff) i++;
    text[length++] = point;
  }
  return length;
}

/** Lists the n-grams of `trie.text` in `nodes` and `counts`, in order of first appearance; returns how many there are. */
function countNgrams(trie: Growing, length: number, least: number, most: number, grow: boolean): number {
  const { text } = trie;
  let found = 0;
  for (let start = 0; start < length; start++) {
    const end = Math.min(length, start + most);
    let node = 0;
    for (let at = start; at < end; at++) {
      node = child(trie, node, text[at], grow);
      if (node === 0) break;
      if (at - start + 1 < least) continue;
      const place = trie.places[node];
      if (place > 0) trie.counts[place - 1]++;
      else {
        if (found === trie.nodes.length) {
          trie.nodes = doubled(trie.nodes);
          trie.counts = doubled(trie.counts);
        }
        trie.nodes[found] = node;
        trie.counts[found] = 1;
        trie.places[node] = ++found;
      }
    }
  }
  return found;
}

/** The node of an n-gram with one more code point; 0 where there is none and it may not `grow`. */
function child(trie: Growing, parent: number, point: number, grow: boolean): number {
  const { slots, mask, points, parents } = trie;
  let slot = hash(parent, point) & mask;
  for (let node = slots[slot]; node !== 0; node = slots[slot]) {
    if (points[node] === point && parents[node] === parent) return node;
    slot = (slot + 1) & mask;
  }
  if (!grow) return 0;
  if (trie.size === parents.length) {
    trie.parents = doubled(parents);
    trie.points = doubled(points);
    trie.places = doubled(trie.places);
    rehash(trie);
    return child(trie, parent, point, true);
  }
  slots[slot] = trie.size;
  parents[trie.size] = parent;
  points[trie.size] = point;
  return trie.size++;
}

function hash(parent: number, point: number): number {
  const mixed = Math.imul(parent ^ Math.imul(point, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Places all nodes in a hash table that has two slots at least for each that fits. */
function rehash(trie: Growing): void {
  const { parents, points, size } = trie;
  let capacity = 1 << 13;
  while (capacity < parents.length * 2) capacity *= 2;
  const slots = new Int32Array(capacity);
  const mask = capacity - 1;
  for (let node = 1; node < size; node++) {
    let slot = hash(parents[node], points[node]) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = node;
  }
  trie.slots = slots;
  trie.mask = mask;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(array.length * 2);
  more.set(array);
  return more;
}
