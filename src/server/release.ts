import { type PhaseName, phaseOf, whenOf } from './challenge.ts';
import type { OpenedChallenge } from './challenges.ts';

/** How much of a result may be released. */
export type Release =
  /** The whole score sheet. */
  | 'sheet'
  /** The score of the Ladder. */
  | 'ladder'
  /** That it was scored. */
  | 'nothing';

/**
 * What is released to a team about its own results in a phase, and to everyone on the board: the host too, so that the score of a
 * blind phase cannot be had by another door. A phase that is over holds nothing back.
 */
export function releaseOf({ declared, state }: OpenedChallenge, phase: PhaseName, now: Date): Release {
  if (phase === 'practice') return 'sheet';
  if (state === 'closed' || whenOf(phaseOf(declared, phase), now) === 'over') return 'sheet';
  return phase === 'test' ? 'ladder' : 'nothing';
}
