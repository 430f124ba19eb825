/**
 * A set of strings as a trie over code points, kept in two flat arrays: `child(node, code)` is one probe of a
 * hash table and allocates nothing. Node 0 is the root; -1 means none.
 */
export interface Trie {
  child(node: number, code: number): number;
  /** The value stored at a node, or -1. */
  value(node: number): number;
}

/** Codes take 21 bits, so nodes may take 31 in a key of 52: a double holds it exactly. */
const CODE_SPAN = 0x200000;

/** Of equal strings, the value of the last one is kept. */
export function buildTrie(entries: Iterable<readonly [text: string, value: number]>): Trie {
  const edges = new Map<number, number>();
  const values = [-1];
  for (const [text, value] of entries) {
    let node = 0;
    for (const character of text) {
      const key = node * CODE_SPAN + character.codePointAt(0)!;
      let next = edges.get(key);
      if (next === undefined) {
        next = values.push(-1) - 1;
        edges.set(key, next);
      }
      node = next;
    }
    values[node] = value;
  }
  const size = 2 ** Math.ceil(Math.log2(edges.size * 2 + 2));
  const mask = size - 1;
  const parents = new Int32Array(size).fill(-1);
  const codes = new Int32Array(size);
  const children = new Int32Array(size);
  for (const [key, next] of edges) {
    const node = Math.floor(key / CODE_SPAN);
    const code = key % CODE_SPAN;
    let slot = hash(node, code) & mask;
    while (parents[slot] >= 0) slot = (slot + 1) & mask;
    parents[slot] = node;
    codes[slot] = code;
    children[slot] = next;
  }
  const stored = Int32Array.from(values);
  return {
    child(node, code) {
      let slot = hash(node, code) & mask;
      while (parents[slot] >= 0) {
        if (parents[slot] === node && codes[slot] === code) return children[slot];
        slot = (slot + 1) & mask;
      }
      return -1;
    },
    value: (node) => stored[node],
  };
}

function hash(node: number, code: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
