import * as z from 'zod';
import {
  LOGICS,
  ROLES,
  type Tree,
  type TreeNode,
  type TreeTriple,
} from '../../tasks/families/decision-tree/types.ts';
import type { Candidate, Marked } from './classifier.ts';
import { locate } from './locate.ts';

/** Statistics of the trees in train. */
export interface TreeHabits {
  /** Relation → the role of most nodes that have it. */
  readonly roles: Readonly<Record<string, TreeNode['role']>>;
  /** Role → the logic of most of its nodes with several triples. */
  readonly logics: Readonly<Record<TreeNode['role'], TreeNode['logic']>>;
}

export const habitsJson = z.object({
  roles: z.record(z.string(), z.enum(ROLES)),
  logics: z.object({ C: z.enum(LOGICS), D: z.enum(LOGICS) }),
});

/** The triples of a tree as relations of its text. */
export function asTriples(text: string, tree: Tree): Marked {
  const triples = tree.flatMap((node) =>
    node.triples.map(([subject, predicate, object]) => ({ subject, predicate, object })),
  );
  return { text, mentions: locate(text, triples), triples };
}

export function learnHabits(trees: readonly Tree[]): TreeHabits {
  const nodes = trees.flat();
  const relations = new Set(nodes.flatMap(({ triples }) => triples.map(([, relation]) => relation)));
  const roleOf = (relation: string): TreeNode['role'] =>
    mostFrequent(
      ROLES,
      nodes.flatMap(({ role, triples }) => triples.flatMap((triple) => (triple[1] === relation ? role : []))),
    );
  const logicOf = (role: TreeNode['role']): TreeNode['logic'] =>
    mostFrequent(
      LOGICS,
      nodes.filter((node) => node.role === role && node.triples.length > 1).map(({ logic }) => logic),
    );
  return {
    roles: Object.fromEntries([...relations].sort().map((relation) => [relation, roleOf(relation)])),
    logics: { C: logicOf('C'), D: logicOf('D') },
  };
}

/** Of equally frequent options, the first. */
const mostFrequent = <T extends string>(options: readonly T[], items: readonly T[]): T => {
  const count = (option: T): number => items.filter((item) => item === option).length;
  return options.reduce((best, option) => (count(option) > count(best) ? option : best));
};

/**
 * Triples as a tree that tests one condition after another, in the order of the text: neighbours of one role are one node,
 * a condition is followed by the decision if it holds, and the next condition applies if it does not.
 */
export function chainOf(accepted: readonly Candidate[], { roles, logics }: TreeHabits): Tree {
  const placed = accepted
    .map(({ triple: { subject, predicate, object }, pair }) => ({
      triple: [subject, predicate, object] satisfies TreeTriple,
      role: roles[predicate] ?? 'D',
      at: Math.max(pair.subject.start, pair.object.start),
    }))
    .sort((a, b) => a.at - b.at);
  const groups: { role: TreeNode['role']; triples: TreeTriple[] }[] = [];
  for (const { role, triple } of placed) {
    const last = groups.at(-1);
    if (last?.role === role) last.triples.push(triple);
    else groups.push({ role, triples: [triple] });
  }
  const nodeOf = ({ role, triples }: (typeof groups)[number]): TreeNode => ({
    ...{ role, triples, logic: triples.length > 1 ? logics[role] : 'null' },
  });
  const tree: TreeNode[] = [];
  let otherwise = NOTHING;
  for (const [i, group] of groups.entries()) {
    if (group.role === 'C') {
      const next = groups[i + 1];
      tree.push(nodeOf(group), next ? nodeOf(next) : NOTHING);
    } else if (i === 0) otherwise = nodeOf(group);
  }
  return [...tree, otherwise];
}

/** A leaf where nothing is decided. */
const NOTHING: TreeNode = { role: 'D', triples: [], logic: 'null' };
