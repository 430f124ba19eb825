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
   * Visits every n-gram of the text that the trie knows (`grow`: that it then knows), once, with its count.
   * In order of first appearance.
   */
  count(text: string, visit: (node: number, count: number) => void, grow?: boolean): void;
  /** The n-gram itself. */
  ngram(node: number): string;
}

/** Lower case, and every run of white space one space: what `TfidfVectorizer` of scikit-learn does. */
export const foldText = (text: string): string => text.toLowerCase().replace(/\s\s+/gu, ' ');

/** An empty trie, or (`parents`, `points`) one that was saved. `least` to `most`: lengths that are counted. */
export function createNgramTrie(
  least: number,
  most: number,
  saved?: Pick<NgramTrie, 'parents' | 'points'>,
): NgramTrie {
  let size = saved?.parents.length ?? 1;
  let parents: Int32Array = saved?.parents ?? new Int32Array(1 << 12);
  let points: Int32Array = saved?.points ?? new Int32Array(1 << 12);
  let slots = new Int32Array(0);
  let mask = 0;
  /** Where the node stands in the list of the text being counted, plus one; 0 between texts. */
  let places = new Int32Array(parents.length);
  let text = new Int32Array(1 << 10);
  let nodes = new Int32Array(1 << 10);
  let counts = new Int32Array(1 << 10);

  const hash = (parent: number, point: number): number => {
    const mixed = Math.imul(parent ^ Math.imul(point, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & mask;
  };
  const spread = (): void => {
    let capacity = 1 << 13;
    while (capacity < parents.length * 2) capacity *= 2;
    slots = new Int32Array(capacity);
    mask = capacity - 1;
    for (let node = 1; node < size; node++) {
      let slot = hash(parents[node], points[node]);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
  };
  spread();

  const child = (parent: number, point: number, grow: boolean): number => {
    let slot = hash(parent, point);
    for (let node = slots[slot]; node !== 0; node = slots[slot]) {
      if (points[node] === point && parents[node] === parent) return node;
      slot = (slot + 1) & mask;
    }
    if (!grow) return 0;
    if (size === parents.length) {
      [parents, points, places] = [doubled(parents), doubled(points), doubled(places)];
      spread();
      return child(parent, point, true);
    }
    slots[slot] = size;
    parents[size] = parent;
    points[size] = point;
    return size++;
  };

  const readPoints = (source: string): number => {
    if (source.length > text.length) text = new Int32Array(source.length * 2);
    let length = 0;
    for (let i = 0; i < source.length; i++) {
      const point = source.codePointAt(i)!;
      if (point > 0xffff) i++;
      text[length++] = point;
    }
    return length;
  };

  return {
    get size() {
      return size;
    },
    get parents() {
      return parents.slice(0, size);
    },
    get points() {
      return points.slice(0, size);
    },
    count(source, visit, grow = false) {
      const length = readPoints(source);
      let found = 0;
      for (let start = 0; start < length; start++) {
        const end = Math.min(length, start + most);
        let node = 0;
        for (let at = start; at < end; at++) {
          node = child(node, text[at], grow);
          if (node === 0) break;
          if (at - start + 1 < least) continue;
          const place = places[node];
          if (place > 0) counts[place - 1]++;
          else {
            if (found === nodes.length) [nodes, counts] = [doubled(nodes), doubled(counts)];
            nodes[found] = node;
            counts[found] = 1;
            places[node] = ++found;
          }
        }
      }
      for (let i = 0; i < found; i++) places[nodes[i]] = 0;
      for (let i = 0; i < found; i++) visit(nodes[i], counts[i]);
    },
    ngram(node) {
      let ngram = '';
      for (let at = node; at !== 0; at = parents[at]) ngram = String.fromCodePoint(points[at]) + ngram;
      return ngram;
    },
  };
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(array.length * 2);
  more.set(array);
  return more;
}
