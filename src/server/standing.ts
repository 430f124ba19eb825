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
 * What counts of every team: in phases that release scores, its last improvement, in the final phase what was scored
 * last. In no order.
 */
export async function standings(
  kysely: Kysely<Schema> | Transaction<Schema>,
  challenge: string,
  phase: PhaseName,
): Promise<Standing[]> {
  const scored = kysely
    .selectFrom('submission')
    .innerJoin('team', 'team.id', 'submission.team')
    .where('submission.challenge', '=', challenge)
    .where('submission.phase', '=', phase)
    .where('submission.state', '=', 'scored');
  const counting = phase === 'final' ? scored : scored.where('submission.improved', '=', true);
  const rows = await counting
    .distinctOn('submission.team')
    .orderBy('submission.team')
    .orderBy('submission.ended', 'desc')
    .select([
      'submission.id',
      'submission.team',
      'team.kind',
      'submission.system',
      'submission.value',
      'submission.low',
      'submission.high',
      'submission.released',
      'submission.received',
    ])
    .execute();
  const counts = await scored
    .groupBy('submission.team')
    .select(({ fn }) => ['submission.team', fn.countAll<number | string>().as('count')])
    .execute();
  const countOf = new Map(counts.map(({ team, count }) => [team, Number(count)]));
  return rows.map((row) => ({ ...row, submissions: countOf.get(row.team) ?? 0 }));
}
