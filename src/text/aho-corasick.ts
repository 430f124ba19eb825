/**
 * An Aho–Corasick automaton over UTF-16 code units: a trie whose edges are in one hash table, with failure links. About 30 to
 * 50 bytes a node.
 */
export interface Automaton {
  /** Number of nodes; the root is 0. */
  readonly nodes: number;
  /** Child of the root by code unit, 0 where there is none. */
  readonly rootChild: Int32Array;
  /** Edges that do not begin at the root: open addressing, slots of parent, code unit, child; free where the child is 0. */
  readonly edges: Int32Array;
  /**
   * Two numbers a node: the node of the longest proper suffix that is in the trie; and the node itself where an
   * entry ends, else the nearest node along those suffixes where one does, 0 where none does.
   */
  readonly links: Int32Array;
  /** Length of the path to a node. */
  readonly depth: Uint16Array;
  /** Index of the entry that ends at a node, or -1. */
  readonly entry: Int32Array;
}

/** Longest entry, in code units; longer ones never match. */
export const MAX_ENTRY_LENGTH = 0xffff;

const SLOT = 3;
const FULLEST = 0.6;

/**
 * Builds the automaton of plain strings, without special characters. An entry is identified by its index; of equal entries the
 * first counts; empty entries and those over `MAX_ENTRY_LENGTH` never match.
 * Time is linear in the entries' total length: a million medical terms take a few seconds.
 */
export function buildAutomaton(entries: readonly string[]): Automaton {
  const rootChild = new Int32Array(0x10000);
  let edges = new Int32Array(SLOT << 12);
  let depth = new Uint16Array(1 << 12);
  let entry = new Int32Array(1 << 12).fill(-1);
  let nodes = 1;
  for (let i = 0; i < entries.length; i++) {
    const text = entries[i];
    if (text.length === 0 || text.length > MAX_ENTRY_LENGTH) continue;
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (node === 0) {
        if (rootChild[unit] === 0) rootChild[unit] = nodes;
        node = rootChild[unit];
      } else {
        const slot = findSlot(edges, node, unit);
        if (edges[slot + 2] === 0) {
          edges[slot] = node;
          edges[slot + 1] = unit;
          edges[slot + 2] = nodes;
        }
        node = edges[slot + 2];
      }
      if (node < nodes) continue;
      if (nodes === depth.length) {
        depth = grown(depth, new Uint16Array(nodes * 2));
        entry = grown(entry, new Int32Array(nodes * 2).fill(-1));
      }
      depth[nodes++] = at + 1;
      if (nodes * SLOT > edges.length * FULLEST) edges = rehashed(edges);
    }
    if (entry[node] < 0) entry[node] = i;
  }
  const links = new Int32Array(nodes * 2);
  const automaton = {
    nodes,
    rootChild,
    edges,
    links,
    depth: depth.slice(0, nodes),
    entry: entry.slice(0, nodes),
  };
  link(automaton);
  return automaton;
}

function grown<T extends Uint16Array | Int32Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}

/** The slot of the edge, or the free slot where it belongs. */
function findSlot(edges: Int32Array, node: number, unit: number): number {
  let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  const slots = edges.length / SLOT;
  let slot = (((hash ^ (hash >>> 13)) >>> 0) & (slots - 1)) * SLOT;
  while (edges[slot + 2] !== 0 && (edges[slot] !== node || edges[slot + 1] !== unit)) {
    slot += SLOT;
    if (slot === edges.length) slot = 0;
  }
  return slot;
}

function rehashed(edges: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(edges.length * 2);
  for (let from = 0; from < edges.length; from += SLOT) {
    if (edges[from + 2] === 0) continue;
    const to = findSlot(larger, edges[from], edges[from + 1]);
    for (let k = 0; k < SLOT; k++) larger[to + k] = edges[from + k];
  }
  return larger;
}

/** Sets failure and output links, parents before children: in order of depth. */
function link(automaton: Automaton): void {
  const { nodes, rootChild, edges, links, depth, entry } = automaton;
  const parent = new Int32Array(nodes);
  const unitOf = new Uint16Array(nodes);
  for (let unit = 0; unit < rootChild.length; unit++)
    if (rootChild[unit] !== 0) unitOf[rootChild[unit]] = unit;
  for (let slot = 0; slot < edges.length; slot += SLOT) {
    if (edges[slot + 2] === 0) continue;
    parent[edges[slot + 2]] = edges[slot];
    unitOf[edges[slot + 2]] = edges[slot + 1];
  }
  const next = new Int32Array(MAX_ENTRY_LENGTH + 2);
  for (let node = 0; node < nodes; node++) next[depth[node] + 1]++;
  for (let level = 0; level <= MAX_ENTRY_LENGTH; level++) next[level + 1] += next[level];
  const order = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) order[next[depth[node]]++] = node;
  for (let i = 1; i < nodes; i++) {
    const node = order[i];
    const fail = parent[node] === 0 ? 0 : step(automaton, links[2 * parent[node]], unitOf[node]);
    links[2 * node] = fail;
    links[2 * node + 1] = entry[node] >= 0 ? node : links[2 * fail + 1];
  }
}

/** The node after reading `unit` in `node`. */
function step({ rootChild, edges, links }: Automaton, node: number, unit: number): number {
  for (let at = node; at !== 0; at = links[2 * at]) {
    const child = edges[findSlot(edges, at, unit) + 2];
    if (child !== 0) return child;
  }
  return rootChild[unit];
}

/** `entry` is the index of the entry that stands at [start, end) of the text, in UTF-16 code units. */
export type VisitMatch = (start: number, end: number, entry: number) => void;

/** Visits every match, overlapping ones too: by end, at one end the longest first. */
export function eachMatch(automaton: Automaton, text: string, visit: VisitMatch): void {
  const { links, depth, entry } = automaton;
  let node = 0;
  for (let i = 0; i < text.length; i++) {
    node = step(automaton, node, text.charCodeAt(i));
    for (let at = links[2 * node + 1]; at !== 0; at = links[2 * links[2 * at] + 1]) {
      visit(i + 1 - depth[at], i + 1, entry[at]);
    }
  }
}

/** Visits matches that do not overlap: the leftmost, of those the longest, then on from its end. */
export function eachLongestMatch(automaton: Automaton, text: string, visit: VisitMatch): void {
  const { links, depth, entry } = automaton;
  let node = 0;
  let best = 0;
  let start = 0;
  let end = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length) {
      node = step(automaton, node, text.charCodeAt(i));
      const found = links[2 * node + 1];
      // What ends here and begins no later than the best so far is at least as far left and longer.
      if (found !== 0 && (best === 0 || i + 1 - depth[found] <= start)) {
        best = found;
        start = i + 1 - depth[found];
        end = i + 1;
      }
    }
    // Nothing that is still open began as early: the best is final. Read on from its end.
    if (best !== 0 && (i === text.length || i + 1 - depth[node] > start)) {
      visit(start, end, entry[best]);
      i = end - 1;
      best = 0;
      node = 0;
    }
  }
}
