import * as z from 'zod';
import type { CausalRelation, Mention } from '../../../tasks/families/causal/types.ts';

/**
 * What two mentions are to each other, as a predicate of a pair: related by themselves; or, of a condition (`label`) on a
 * relation (`inner`), its two ends, the condition with the head, or the condition with the tail.
 */
export const roleJson = z.union([
  z.tuple([z.literal('direct'), z.string()]),
  z.tuple([z.literal('ends'), z.string(), z.string()]),
  z.tuple([z.enum(['to-head', 'to-tail']), z.string()]),
]);
export type Role = z.infer<typeof roleJson>;

export const predicateOf = (role: Role): string => JSON.stringify(role);
export const roleOf = (predicate: string): Role => JSON.parse(predicate);

/** Two mentions and the relation between them. */
interface RoledPair {
  readonly head: Mention;
  readonly role: Role;
  readonly tail: Mention;
}

/** A relation as pairs: one, or three for a condition on a relation. */
export function pairsOf({ head, relation, tail }: CausalRelation): RoledPair[] {
  if (!('relation' in tail)) return [{ head, role: ['direct', relation], tail }];
  return [
    { head: tail.head, role: ['ends', relation, tail.relation], tail: tail.tail },
    { head, role: ['to-head', relation], tail: tail.head },
    { head, role: ['to-tail', relation], tail: tail.tail },
  ];
}
