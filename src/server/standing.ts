import type { Kysely, Transaction } from 'kysely';
import type { PhaseName } from './challenge.ts';
import type { Schema } from './schema.ts';

/** The submission that counts for a team in a phase. */
export interface Standing {
  readonly id: string;
  readonly team: string;
  readonly kind: 'team' | 'baseline';
  readonly system: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly released: number | null;
  readonly received: Date;
  readonly submissions: number;
}

/**
 * The counting submission of every team: its last improvement in phases that release scores, in the final phase the last one
 * scored. Reads one row per team, however many were scored. Unordered.
 */
export const standings = (
  kysely: Kysely<Schema> | Transaction<Schema>,
  challenge: string,
  phase: PhaseName,
): Promise<Standing[]> =>
  kysely
    .selectFrom('standing')
    .innerJoin('submission', 'submission.id', 'standing.submission')
    .innerJoin('team', 'team.id', 'standing.team')
    .where('standing.challenge', '=', challenge)
    .where('standing.phase', '=', phase)
    .orderBy('standing.team')
    .select([
      'submission.id',
      'standing.team',
      'team.kind',
      'submission.system',
      'submission.value',
      'submission.low',
      'submission.high',
      'submission.released',
      'submission.received',
      'standing.submissions',
    ])
    .execute();

/**
 * A number that grows with every change of the data of a board, in the transaction of the change: data read after the number is
 * at least as new.
 */
export async function boardVersion(
  kysely: Kysely<Schema>,
  challenge: string,
  phase: PhaseName,
): Promise<number> {
  const row = await kysely
    .selectFrom('board')
    .select('version')
    .where('challenge', '=', challenge)
    .where('phase', '=', phase)
    .executeTakeFirst();
  return row?.version ?? 0;
}
