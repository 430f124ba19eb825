import { describe, expect, it } from 'vitest';
import { findConvention } from '../../conventions.ts';
import type { Answered } from '../../examples.ts';
import { taskOf } from '../fixtures/sample.ts';
import { editDistance, isTree, pathKeys, sizeOfFirst, treeSize } from './trees.ts';
import type { Tree, TreeNode } from './types.ts';

const node = (role: TreeNode['role'], logic: TreeNode['logic'], ...words: readonly string[]): TreeNode => ({
  ...{ role, logic, triples: words.map((word) => [word, 'r', word] as const) },
});
const nothing = node('D', 'null');
const roles = (text: string): Tree => [...text].map((role) => node(role === 'C' ? 'C' : 'D', 'null'));

describe('a tree in preorder', () => {
  it('has two children after each condition and none after a decision', () => {
    expect(['D', 'CDD', 'CCDDD', 'CDCDD'].map((text) => isTree(roles(text)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['', 'C', 'CD', 'DD', 'CDDD', 'DCDD'].map((text) => isTree(roles(text)))).toEqual(
      new Array(6).fill(false),
    );
    expect(['CDDD', 'DD', 'CD', ''].map((text) => sizeOfFirst(roles(text)))).toEqual([
      3,
      1,
      undefined,
      undefined,
    ]);
    expect(isTree(roles(`${'C'.repeat(100_000)}${'D'.repeat(100_001)}`))).toBe(true);
  });

  it('has a path to each leaf, by the sides of its conditions', () => {
    const tree = [node('C', 'null', 'a'), node('D', 'null', 'b'), node('C', 'and', 'c'), nothing, nothing];
    expect(pathKeys(tree)).toHaveLength(3);
    // the last two leaves are alike and hang on different sides
    expect(new Set(pathKeys(tree)).size).toBe(3);
    const swapped = [node('C', 'null', 'a'), node('C', 'and', 'c'), nothing, nothing, node('D', 'null', 'b')];
    expect(pathKeys(swapped).filter((path) => pathKeys(tree).includes(path))).toEqual([]);
  });
});

describe('the edits between two trees', () => {
  it('are none where only order and case of triples differ', () => {
    expect(editDistance([node('D', 'and', 'a', 'B')], [node('D', 'and', 'b', 'A')])).toBe(0);
  });

  it('count roles, logic and triples of nodes in the same place', () => {
    // By hand: role 1, logic 1, triples a, c and d 3; what is below the condition: (1 + 0 + 1) + (1 + 1 + 2).
    const a = [node('D', 'and', 'a', 'b')];
    const b = [node('C', 'null', 'b', 'c', 'd'), node('D', 'null', 'e'), node('D', 'or', 'f', 'g')];
    expect(editDistance(a, b)).toBe(1 + 1 + 3 + 2 + 4);
    expect(editDistance(b, a)).toBe(1 + 1 + 3 + 2 + 4);
  });

  it('recurse into left and right children where both are conditions', () => {
    const left = [node('C', 'null', 'x'), node('D', 'null', 'a'), nothing];
    const right = [node('C', 'null', 'x'), nothing, node('D', 'null', 'a')];
    expect(editDistance(left, right)).toBe(2);
    expect([treeSize(left), treeSize([nothing])]).toEqual([2 + 2 * 2, 0]);
  });
});

describe('the conventions', () => {
  const task = taskOf('decision-tree', ['r']);
  function score(id: string, ...pairs: readonly (readonly [gold: Tree, answer: Tree])[]): number {
    const metric = findConvention(`decision-tree/${id}@1`).metric(task);
    if ('whole' in metric) throw new Error(id);
    const counts = new Float64Array(metric.width);
    for (const [gold, tree] of pairs) {
      const item: Answered = { input: { text: '' }, gold: { tree: gold }, prediction: { tree } };
      metric.count([item], counts, 0);
    }
    return metric.value(counts);
  }
  const gold = [node('C', 'null', 'x'), node('D', 'null', 'a'), nothing];

  it('are those of the official script', () => {
    const answer = [node('C', 'null', 'x'), node('D', 'null', 'b'), nothing];
    // edits: a and b; the greatest distance: (2 + 2·2) twice
    expect(score('edit-ratio', [gold, answer])).toBeCloseTo(1 - 2 / 12, 12);
    expect(score('accuracy', [gold, answer], [gold, gold])).toBe(0.5);
    expect(score('path-f1', [gold, answer])).toBe(0.5);
    expect(score('node-f1', [gold, answer])).toBe(0.5);
    expect(score('triple-f1', [gold, answer])).toBe(0.5);
  });

  it('count a missing tree as the worst one', () => {
    expect(score('edit-ratio', [gold, []], [gold, gold])).toBeCloseTo(1 - 6 / (6 + 12), 12);
    expect(score('edit-ratio', [[nothing], []])).toBe(0);
    for (const id of ['path-f1', 'node-f1', 'triple-f1'])
      expect(score(id, [gold, []], [gold, gold])).toBeCloseTo(0.5, 12);
  });
});
