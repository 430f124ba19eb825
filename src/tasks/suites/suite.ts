import type { Text } from '../../ground/language.ts';

/** Tasks that are run together and averaged: data, never code. */
export interface Suite {
  readonly id: string;
  readonly title: Text;
  /** Ids of its tasks, in the order of the tables. */
  readonly tasks: readonly string[];
  /** Tasks whose answers to test are submitted, those of other versions of the suite included. Absent: there is no leaderboard. */
  readonly submitted?: readonly string[];
  /** The definition of its average: shown below every table of averages. */
  readonly average: Text;
}
