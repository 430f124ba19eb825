import type { Tree, TreeNode } from './types.ts';

/** How many nodes the tree has that begins a list, in preorder: two children after each C, none after a D; undefined without one. */
export function sizeOfFirst(nodes: readonly Pick<TreeNode, 'role'>[]): number | undefined {
  let wanted = 1;
  for (const [i, { role }] of nodes.entries()) {
    wanted += role === 'C' ? 1 : -1;
    if (wanted === 0) return i + 1;
  }
  return undefined;
}

/** Whether nodes are one binary tree in preorder, and nothing else. */
export const isTree = (nodes: readonly Pick<TreeNode, 'role'>[]): boolean =>
  sizeOfFirst(nodes) === nodes.length;

/** Where the subtree at `start` ends: one past its last node. */
function endOf(tree: Tree, start: number): number {
  let wanted = 1;
  let at = start;
  while (wanted > 0) wanted += tree[at++].role === 'C' ? 1 : -1;
  return at;
}

/** Triples in lower case, each once, as the official script compares them. */
const triplesOf = ({ triples }: TreeNode): Set<string> =>
  new Set(triples.map((triple) => JSON.stringify(triple.map((part) => part.toLowerCase()))));

/** Equal exactly where role, logic and triples are, the triples as a set. */
export const nodeKey = (node: TreeNode): string =>
  JSON.stringify([node.role, node.logic, [...triplesOf(node)].sort()]);

export const treeKey = (tree: Tree): string => JSON.stringify(tree.map(nodeKey));

/** The different triples of a tree. */
export const tripleKeys = (tree: Tree): string[] => [
  ...new Set(tree.flatMap((node) => [...triplesOf(node)])),
];

/** Every way from the root to a leaf, with the side of each step. */
export function pathKeys(tree: Tree): string[] {
  const keys: string[] = [];
  const open: { at: number; path: string }[] = [{ at: 0, path: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, path } = next;
    const here = `${path}${nodeKey(tree[at])}`;
    if (tree[at].role === 'D') keys.push(here);
    else {
      open.push({ at: endOf(tree, at + 1), path: `${here}R` }, { at: at + 1, path: `${here}L` });
    }
  }
  return keys;
}

/** What one node costs to become another: a role, a logic, and every triple that only one has. */
function nodeDistance(a: TreeNode, b: TreeNode): number {
  const [own, other] = [triplesOf(a), triplesOf(b)];
  const common = [...own].filter((triple) => other.has(triple)).length;
  const different = own.size + other.size - 2 * common;
  return Number(a.role !== b.role) + Number(a.logic !== b.logic) + different;
}

/** What it costs to add or to remove a node. */
const nodeCost = (node: TreeNode): number => 1 + Number(node.logic !== 'null') + triplesOf(node).size;

/**
 * The edits between two trees, node by node from the root: where only one of two nodes has children, they are all added or
 * removed. The measure of Text2DT.
 */
export function editDistance(a: Tree, b: Tree): number {
  const whole = (tree: Tree, start: number, end: number): number =>
    tree.slice(start, end).reduce((sum, node) => sum + nodeCost(node), 0);
  let distance = 0;
  const open: [i: number, j: number][] = [[0, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [i, j] = next;
    distance += nodeDistance(a[i], b[j]);
    if (a[i].role === 'C' && b[j].role === 'C') open.push([i + 1, j + 1], [endOf(a, i + 1), endOf(b, j + 1)]);
    else if (a[i].role === 'C') distance += whole(a, i + 1, endOf(a, i));
    else if (b[j].role === 'C') distance += whole(b, j + 1, endOf(b, j));
  }
  return distance;
}

/** The part of a tree in the greatest distance: its different triples, and two for every node that has any. */
export const treeSize = (tree: Tree): number =>
  tripleKeys(tree).length + 2 * tree.filter(({ triples }) => triples.length > 0).length;
