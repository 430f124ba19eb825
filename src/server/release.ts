import { type PhaseName, phaseOf, whenOf } from './challenge.ts';
import type { OpenedChallenge } from './challenges.ts';

/** How much of a result may be released. */
export type Release =
  /** The whole score sheet. */
  | 'sheet'
  /** The score of the Ladder. */
  | 'ladder'
  /** Only that it was scored. */
  | 'nothing';

/**
 * What is released about results in a phase, to the team itself and to everyone on the board. It applies to the host too, so
 * that there is no other way to the score of a blind phase. After the end of a phase everything is released.
 */
export function releaseOf({ declared, state }: OpenedChallenge, phase: PhaseName, now: Date): Release {
  if (phase === 'practice') return 'sheet';
  if (state === 'closed' || whenOf(phaseOf(declared, phase), now) === 'over') return 'sheet';
  return phase === 'test' ? 'ladder' : 'nothing';
}
