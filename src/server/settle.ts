import { sql, type Transaction } from 'kysely';
import { finite } from '../ground/json.ts';
import type { Lease, Queue } from '../jobs/queue.ts';
import type { ConventionScore, ScoreSheet } from '../scoring/score-sheet.ts';
import { record } from './audit-log.ts';
import type { PhaseName } from './challenge.ts';
import { type OpenedChallenge, signOf } from './challenges.ts';
import { climb, type Rung, stepOf } from './ladder.ts';
import type { Schema } from './schema.ts';
import type { Difference } from './scoring/requests.ts';
import type { ScoreJob, Site } from './site.ts';
import { type Standing, standings } from './standing.ts';

/** Number of systems at the top of the board that a new one is compared with. */
const RIVALS = 30;
/** How often a result is evaluated again because the board changed in the meantime; then the latest evaluation stands. */
const ROUNDS = 5;

/** A scored submission. */
export interface Scored {
  readonly id: string;
  readonly team: string;
  readonly phase: PhaseName;
  readonly challenge: OpenedChallenge;
  readonly sheet: ScoreSheet;
  /** Present where `sheet` lacks its intervals: the same with them. */
  readonly whole?: () => Promise<ScoreSheet>;
  /** Who scored it, for the log. */
  readonly by: string;
  /** How it differs from others on the board, of which there is at least one. */
  readonly compare: (rivals: readonly Standing[]) => Promise<readonly Difference[]>;
  /** Stores further data in the transaction that ends the job. */
  readonly keep?: (transaction: Transaction<Schema>) => Promise<void>;
}

/** What is stored of a scored submission. */
interface Result {
  readonly sheet: ScoreSheet;
  readonly score: ConventionScore;
  /** Whether the sheet lacks its intervals. */
  readonly brief: boolean;
  readonly rung: Rung;
  readonly differences: readonly Difference[];
}

/** Aborts storing a result that was evaluated against an outdated board. */
class BoardChanged extends Error {}

/** Evaluates a score against the board and stores it with the end of its job. False if the lease has expired. */
export async function settle(
  { kysely }: Site,
  queue: Queue<ScoreJob, Schema>,
  lease: Lease<ScoreJob>,
  scored: Scored,
): Promise<boolean> {
  const { challenge, phase, id, by: actor } = scored;
  const once: Scored = { ...scored, compare: compareOnce(scored.compare) };
  for (let round = 1; ; round++) {
    const board = await standings(kysely, challenge.declared.id, phase);
    const result = await judge(once, board);
    try {
      return await queue.complete(lease, async (transaction) => {
        await record(transaction, { actor, action: 'submission-scored', subject: id });
        // One transaction at a time appends to the log: from here on the board does not change.
        const now = await standings(transaction, challenge.declared.id, phase);
        if (round < ROUNDS && !sameBoard(board, now)) throw new BoardChanged();
        await store(transaction, scored, lease.attempt, result);
      });
    } catch (error) {
      if (!(error instanceof BoardChanged)) throw error;
    }
  }
}

/** Compares with each rival once, however often the board changes. */
function compareOnce(compare: Scored['compare']): Scored['compare'] {
  const known = new Map<string, Difference>();
  return async (rivals) => {
    const others = rivals.filter(({ id }) => !known.has(id));
    const found = others.length > 0 ? await compare(others) : [];
    for (const difference of found) known.set(difference.rival, difference);
    return rivals.flatMap(({ id }) => known.get(id) ?? []);
  };
}

/** The score that systems are ranked by. */
export const primaryOf = (sheet: ScoreSheet, { primary }: OpenedChallenge): ConventionScore =>
  sheet.subsets.all.scores.find(({ convention }) => convention === primary)!;

const sameBoard = (before: readonly Standing[], after: readonly Standing[]): boolean => {
  const ids = new Set(before.map(({ id }) => id));
  return before.length === after.length && after.every(({ id }) => ids.has(id));
};

/** What is released to the team, and how the system differs from those on the board. */
async function judge(scored: Scored, board: readonly Standing[]): Promise<Result> {
  const { challenge, phase, team, compare, whole } = scored;
  const own = board.find((standing) => standing.team === team);
  const others = strongest(board, signOf(challenge)).filter((standing) => standing.team !== team);
  const { value } = primaryOf(scored.sheet, challenge);
  // The step only matters for a better score.
  const isBetter = signOf(challenge) * (value - (own?.released ?? Number.NaN)) > 0;
  const toOwn = own && phase === 'test' && isBetter ? await compare([own]) : [];
  const rung = climbFrom(own, value, toOwn[0], scored);
  const counts = rung.improved || phase === 'final';
  const sheet = counts && whole ? await whole() : scored.sheet;
  const differences = counts && others.length > 0 ? await compare(others) : [];
  return {
    ...{ sheet, score: primaryOf(sheet, challenge), brief: whole !== undefined && !counts },
    ...{ rung, differences },
  };
}

function climbFrom(
  own: Standing | undefined,
  value: number,
  difference: Difference | undefined,
  { challenge, phase }: Scored,
): Rung {
  const sign = signOf(challenge);
  if (phase !== 'test') {
    const best = own?.value ?? Number.NaN;
    return { released: value, improved: Number.isNaN(best) || sign * (value - best) > 0 };
  }
  const { test } = challenge.declared.phases;
  if (!test) throw new Error('a submission to a phase that the challenge has not');
  const { digits, leastStep, quota } = test;
  // An unknown difference counts as chance.
  const error = difference?.standardError ?? Number.POSITIVE_INFINITY;
  const step = stepOf(error, quota.total, leastStep);
  return climb(own?.released ?? undefined, value, { step, digits, sign, computed: own?.value ?? undefined });
}

/** Undefined scores come last. */
function strongest(board: readonly Standing[], sign: 1 | -1): readonly Standing[] {
  const strength = ({ value }: Standing): number =>
    value === null || Number.isNaN(value) ? Number.NEGATIVE_INFINITY : sign * value;
  return [...board].sort((a, b) => strength(b) - strength(a)).slice(0, RIVALS);
}

async function store(
  transaction: Transaction<Schema>,
  { id, challenge, team, phase, keep }: Scored,
  attempts: number,
  { sheet, score, brief, rung, differences }: Result,
): Promise<void> {
  const { value, interval } = score;
  await transaction
    .updateTable('submission')
    .set({
      state: 'scored',
      sheet: JSON.stringify(sheet, finite),
      brief,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      released: phase === 'final' ? null : rung.released,
      improved: rung.improved,
      attempts,
      // The last one scored counts, even if the clock was set back or that of another server is behind.
      ended: sql<Date>`greatest(${new Date()}::timestamptz, (
        select standing.ended + interval '1 millisecond' from standing
        where standing.challenge = ${challenge.declared.id} and standing.phase = ${phase} and standing.team = ${team}))`,
    })
    .where('id', '=', id)
    .execute();
  const pairs = differences.map(({ rival, difference, standardError }) => ({
    ...{ a: id, b: rival, difference, standard_error: standardError },
  }));
  if (pairs.length > 0) await transaction.insertInto('pair').values(pairs).execute();
  await keep?.(transaction);
}
