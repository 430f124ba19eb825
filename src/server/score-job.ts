import type { Transaction } from 'kysely';
import { finite } from '../ground/json.ts';
import type { Lease } from '../jobs/queue.ts';
import type { ConventionScore, ScoreSheet } from '../scoring/score-sheet.ts';
import { record } from './audit-log.ts';
import { type PhaseName, phaseOf } from './challenge.ts';
import { askedIn, findChallenge, type OpenedChallenge, signOf } from './challenges.ts';
import { climb, type Rung, stepOf } from './ladder.ts';
import type { Schema } from './schema.ts';
import type { Difference, Judged } from './scoring/requests.ts';
import type { ScoreJob, Site } from './site.ts';
import { type Standing, standings } from './standing.ts';

/** Systems that a new one is compared with: the best of the board. */
const RIVALS = 30;
/** How often a result is judged anew because the board changed in the meantime; then the latest judgement stands. */
const ROUNDS = 5;

/** A submission with all that scores it. */
interface Loaded {
  readonly id: string;
  readonly team: string;
  readonly phase: PhaseName;
  readonly challenge: OpenedChallenge;
  readonly judged: Judged;
  readonly synthetic: boolean;
}

/** What is stored of a submission that was scored. */
interface Result {
  readonly sheet: ScoreSheet;
  readonly score: ConventionScore;
  readonly rung: Rung;
  readonly differences: readonly Difference[];
}

/** Ends the storing of what was judged beside a board that is another by now. */
class BoardChanged extends Error {}

/** Scores a leased submission and stores the result with the end of its job. False where the lease has ended. */
export async function scoreJob(site: Site, lease: Lease<ScoreJob>): Promise<boolean> {
  const { kysely, queue, children } = site;
  const loaded = await load(site, lease.data.submission);
  if (!loaded) return queue.complete(lease, async () => undefined);
  const { judged, synthetic, challenge, phase } = loaded;
  const sheet = await children.ask({ kind: 'score', synthetic, ...judged });
  const score = sheet.subsets.all.scores.find(({ convention }) => convention === challenge.primary)!;
  for (let round = 1; ; round++) {
    const board = await standings(kysely, challenge.declared.id, phase);
    const result = { sheet, score, ...(await judge(site, loaded, score, board)) };
    try {
      return await queue.complete(lease, async (transaction) => {
        await record(transaction, { actor: 'server', action: 'submission-scored', subject: loaded.id });
        // The log is appended to by one transaction at a time: from here on the board stays as it is.
        const now = await standings(transaction, challenge.declared.id, phase);
        if (round < ROUNDS && !sameBoard(board, now)) throw new BoardChanged();
        await store(transaction, loaded, lease.attempt, result);
      });
    } catch (error) {
      if (!(error instanceof BoardChanged)) throw error;
    }
  }
}

const sameBoard = (before: readonly Standing[], after: readonly Standing[]): boolean => {
  const ids = new Set(before.map(({ id }) => id));
  return before.length === after.length && after.every(({ id }) => ids.has(id));
};

/** Undefined where the submission has ended already. */
async function load(site: Site, id: string): Promise<Loaded | undefined> {
  const row = await site.kysely
    .selectFrom('submission')
    .select(['id', 'challenge', 'phase', 'team', 'answers'])
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  if (!row?.answers) return undefined;
  const challenge = await findChallenge(site, row.challenge);
  const { split } = phaseOf(challenge.declared, row.phase);
  const { sealed_gold: sealedGold, synthetic } = await site.kysely
    .selectFrom('split')
    .select(['sealed_gold', 'synthetic'])
    .where('challenge', '=', row.challenge)
    .where('name', '=', split)
    .executeTakeFirstOrThrow();
  const asked = await askedIn(site, challenge, split);
  const { team, phase, answers } = row;
  return { id, team, phase, challenge, judged: { asked, sealedGold, answers }, synthetic };
}

/** What is released to the team, and how the system differs from those on the board. */
async function judge(
  site: Site,
  loaded: Loaded,
  { value }: ConventionScore,
  board: readonly Standing[],
): Promise<Pick<Result, 'rung' | 'differences'>> {
  const { challenge, phase, team } = loaded;
  const own = board.find((standing) => standing.team === team);
  const others = strongest(board, signOf(challenge)).filter((standing) => standing.team !== team);
  const toOwn = own && phase !== 'practice' ? await compare(site, loaded, [own]) : [];
  const rung = climbFrom(own, value, toOwn[0], loaded);
  const counts = rung.improved || phase === 'final';
  return { rung, differences: counts ? await compare(site, loaded, others) : [] };
}

function climbFrom(
  own: Standing | undefined,
  value: number,
  difference: Difference | undefined,
  { challenge, phase }: Loaded,
): Rung {
  const sign = signOf(challenge);
  if (phase !== 'test') {
    const best = own?.value ?? Number.NaN;
    return { released: value, improved: Number.isNaN(best) || sign * (value - best) > 0 };
  }
  const { test } = challenge.declared.phases;
  if (!test) throw new Error('a submission to a phase that the challenge has not');
  const { digits, leastStep, quota } = test;
  const step = stepOf(difference?.standardError ?? 0, quota.total, leastStep);
  return climb(own?.released ?? undefined, value, { step, digits, sign });
}

const strongest = (board: readonly Standing[], sign: 1 | -1): readonly Standing[] =>
  [...board].sort((a, b) => sign * ((b.value ?? 0) - (a.value ?? 0))).slice(0, RIVALS);

async function compare(
  { kysely, children }: Site,
  { judged, challenge }: Loaded,
  rivals: readonly Standing[],
): Promise<readonly Difference[]> {
  if (rivals.length === 0) return [];
  const rows = await kysely
    .selectFrom('submission')
    .select(['id', 'answers'])
    .where(
      'id',
      'in',
      rivals.map(({ id }) => id),
    )
    .execute();
  const known = rows.flatMap(({ id, answers }) => (answers ? [{ id, answers }] : []));
  return children.ask({ kind: 'compare', primary: challenge.primary, rivals: known, ...judged });
}

async function store(
  transaction: Transaction<Schema>,
  { id, phase }: Loaded,
  attempts: number,
  { sheet, score, rung, differences }: Result,
): Promise<void> {
  const { value, interval } = score;
  await transaction
    .updateTable('submission')
    .set({
      state: 'scored',
      sheet: JSON.stringify(sheet, finite),
      value: value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      released: phase === 'final' ? null : rung.released,
      improved: rung.improved,
      attempts,
      ended: new Date(),
    })
    .where('id', '=', id)
    .execute();
  for (const { rival, difference, standardError } of differences) {
    const pair = { a: id, b: rival, difference, standard_error: standardError };
    await transaction.insertInto('pair').values(pair).execute();
  }
}
