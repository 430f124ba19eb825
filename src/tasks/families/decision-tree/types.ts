import type { Text1 } from '../shared/types.ts';

export const ROLES = ['C', 'D'] as const;
export const LOGICS = ['and', 'or', 'null'] as const;

/** Subject, relation (a label of the task) and object. */
export type TreeTriple = readonly [subject: string, relation: string, object: string];

/** A node of a tree that says what to do when. */
export interface TreeNode {
  /** `C`: a condition, with two children: where it holds, and where it does not. `D`: a decision, which is a leaf. */
  readonly role: (typeof ROLES)[number];
  /** None in a leaf where nothing is decided. */
  readonly triples: readonly TreeTriple[];
  /** How the triples belong together; `null` if there are fewer than two. */
  readonly logic: (typeof LOGICS)[number];
}

/** The nodes of a binary tree in preorder. */
export type Tree = readonly TreeNode[];

export interface DecisionTreeTypes {
  readonly input: Text1;
  readonly gold: { readonly tree: Tree };
  /** An empty tree is not an answer. */
  readonly prediction: { readonly tree: Tree };
}
