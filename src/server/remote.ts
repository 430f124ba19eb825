import type { Transaction } from 'kysely';
import { scoresJson } from '../evaluation/schema.ts';
import { UserError } from '../ground/errors.ts';
import { issueText } from '../ground/issues.ts';
import { restoreFinite } from '../ground/json.ts';
import type { Lease } from '../jobs/queue.ts';
import { record } from './audit-log.ts';
import { phaseOf } from './challenge.ts';
import { findChallenge, type OpenedChallenge } from './challenges.ts';
import type { Schema } from './schema.ts';
import { hashOfPacked } from './scoring/pack.ts';
import { declarationOf } from './scoring/register.ts';
import { errorOfDifference } from './scoring/replicates.ts';
import type { Difference } from './scoring/requests.ts';
import { type Scored, settle } from './settle.ts';
import type { ScoreJob, Site } from './site.ts';
import type { Standing } from './standing.ts';
import { type Actor, nameOfActor, requireAllowed } from './tokens.ts';

/** What a worker needs to know about a challenge before it takes jobs. */
export interface RemoteChallenge {
  readonly challenge: string;
  /** The task as a task file declares it. */
  readonly task: unknown;
  readonly primary: string;
  /** SHA-256 of the questions, by split: a worker with other questions would score other items. */
  readonly splits: Readonly<Partial<Record<'dev' | 'test', string>>>;
}

/** A job that a worker holds. */
export interface RemoteJob {
  readonly id: string;
  readonly attempt: number;
  readonly split: 'dev' | 'test';
}

/** The attempt at a job that a worker refers to. */
export type Attempt = Pick<RemoteJob, 'id' | 'attempt'>;

/** The challenge, for its workers only; throws a UserError `forbidden`, `no-challenge` or `gold-is-here`. */
async function forWorker(site: Site, by: Actor, id: string): Promise<OpenedChallenge> {
  requireAllowed(by.role === 'worker' && by.challenge === id);
  const challenge = await findChallenge(site, id);
  if (challenge.declared.gold === 'remote') return challenge;
  throw new UserError(
    'gold-is-here',
    { en: 'The gold of this challenge is on the server', zh: '该挑战赛的金标保存在服务器上' },
    { hint: { en: 'The server scores it itself.', zh: '由服务器自行评分。' } },
  );
}

/** What a worker compares with its own corpus. Throws as `leaseRemote`. */
export async function describeRemote(site: Site, by: Actor, id: string): Promise<RemoteChallenge> {
  const { task, primary } = await forWorker(site, by, id);
  const rows = await site.kysely
    .selectFrom('split')
    .select(['name', 'questions'])
    .where('challenge', '=', id)
    .execute();
  const splits = Object.fromEntries(rows.map(({ name, questions }) => [name, hashOfPacked(questions)]));
  return { challenge: id, task: declarationOf(task), primary, splits };
}

/**
 * Leases the next job of a challenge to a worker; undefined where none waits. Throws a UserError: `forbidden`,
 * `no-challenge`, `gold-is-here`.
 */
export async function leaseRemote(site: Site, by: Actor, id: string): Promise<RemoteJob | undefined> {
  const { declared } = await forWorker(site, by, id);
  const queue = await site.queueOf(declared);
  for (;;) {
    const lease = await queue.lease();
    if (!lease) return undefined;
    const row = await waiting(site, id, lease.data.submission);
    if (!row) {
      await queue.complete(lease, async () => undefined);
      continue;
    }
    const { attempt } = lease;
    await site.kysely.transaction().execute((transaction) =>
      record(transaction, {
        ...{ actor: nameOfActor(by), action: 'submission-leased', subject: row.id, detail: { attempt } },
      }),
    );
    return { id: row.id, attempt, split: phaseOf(declared, row.phase).split };
  }
}

/** A submission to a challenge that waits to be scored. */
const waiting = ({ kysely }: Site, challenge: string, id: string) =>
  kysely
    .selectFrom('submission')
    .select(['id', 'team', 'phase', 'answers'])
    .where('id', '=', id)
    .where('challenge', '=', challenge)
    .where('state', '=', 'queued')
    .executeTakeFirst();

/** A job has the id of its submission. */
const leaseOf = ({ id, attempt }: Attempt): Lease<ScoreJob> => ({ id, attempt, data: { submission: id } });

/** Renews a lease. Throws as `leaseRemote`, and `lease-ended` where another worker now has the job. */
export async function keepRemote(site: Site, by: Actor, challenge: string, attempt: Attempt): Promise<void> {
  const { declared } = await forWorker(site, by, challenge);
  const queue = await site.queueOf(declared);
  if (!(await queue.keep(leaseOf(attempt)))) throw leaseEnded();
}

/** The file of a job as it was received, compressed, for the holder of the job. Throws as `keepRemote`. */
export async function answersOf(
  site: Site,
  by: Actor,
  challenge: string,
  attempt: Attempt,
): Promise<Uint8Array> {
  await keepRemote(site, by, challenge, attempt);
  const row = await waiting(site, challenge, attempt.id);
  if (!row?.answers) throw leaseEnded();
  return row.answers;
}

/** Ends a failed attempt: the job is tried again, or has failed for good. Throws as `keepRemote`. */
export async function failRemote(
  site: Site,
  by: Actor,
  challenge: string,
  { reason, ...attempt }: Attempt & { readonly reason: string },
): Promise<void> {
  const { declared } = await forWorker(site, by, challenge);
  const queue = await site.queueOf(declared);
  if (!(await queue.fail(leaseOf(attempt), reason))) throw leaseEnded();
}

/** The result of a worker: aggregates only. */
export interface RemoteResult {
  /** A score sheet. */
  readonly sheet: unknown;
  /** Scores of resamples under the primary convention; null where undefined. */
  readonly replicates: readonly (number | null)[];
}

/**
 * Stores the result of a worker, once. Throws as `keepRemote`, and `bad-result` for a result that is invalid for this challenge.
 */
export async function settleRemote(
  site: Site,
  by: Actor,
  id: string,
  { sheet: sent, replicates, ...attempt }: Attempt & RemoteResult,
): Promise<void> {
  const challenge = await forWorker(site, by, id);
  const { declared, task, primary } = challenge;
  const row = await waiting(site, id, attempt.id);
  if (!row) throw leaseEnded();
  const {
    success,
    data: sheet,
    error,
  } = scoresJson.safeParse(JSON.parse(JSON.stringify(sent), restoreFinite));
  if (!success) throw badResult(issueText(error.issues[0]), error.issues[0].path.join('.'));
  const score = sheet.subsets.all.scores.find(({ convention }) => convention === primary);
  if (!score)
    throw badResult({ en: `there is no ${primary}`, zh: `缺少 ${primary}` }, 'sheet.subsets.all.scores');
  if (sheet.task !== task.id || sheet.split !== phaseOf(declared, row.phase).split)
    throw badResult({ en: 'this is about another split', zh: '与该划分不符' }, 'sheet.split');
  const own = Float64Array.from(replicates, (value) => value ?? Number.NaN);
  const scored: Scored = {
    ...{ id: row.id, team: row.team, phase: row.phase, challenge, sheet, by: nameOfActor(by) },
    compare: (rivals) => compareByReplicates(site, { value: score.value, replicates: own }, rivals),
    keep: (transaction) => keepReplicates(transaction, row.id, own),
  };
  const queue = await site.queueOf(declared);
  if (!(await settle(site, queue, leaseOf(attempt), scored))) throw leaseEnded();
}

const keepReplicates = async (
  transaction: Transaction<Schema>,
  submission: string,
  scores: Float64Array,
): Promise<void> => {
  const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
  await transaction.insertInto('replicate').values({ submission, scores: bytes }).execute();
};

/**
 * How a submission differs from others, by the scores of the same resamples. A worker that has lost its secret draws other
 * resamples: the error of the difference is then that of two independent samples, which is larger.
 */
async function compareByReplicates(
  { kysely }: Site,
  { value, replicates }: { readonly value: number; readonly replicates: Float64Array },
  rivals: readonly Standing[],
): Promise<Difference[]> {
  const ids = rivals.map(({ id }) => id);
  const rows = await kysely.selectFrom('replicate').selectAll().where('submission', 'in', ids).execute();
  const scoresOf = new Map(rows.map(({ submission, scores }) => [submission, floatsOf(scores)]));
  return rivals.flatMap(({ id, value: theirs }) => {
    const scores = scoresOf.get(id);
    if (!scores || scores.length !== replicates.length) return [];
    const difference = value - (theirs ?? Number.NaN);
    return { rival: id, difference, standardError: errorOfDifference(replicates, scores) };
  });
}

const floatsOf = (bytes: Uint8Array): Float64Array =>
  new Float64Array(Uint8Array.from(bytes).buffer, 0, bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);

const leaseEnded = (): UserError =>
  new UserError(
    'lease-ended',
    { en: 'This attempt has expired: another worker has the job now', zh: '该次租约已结束，任务已转交他人' },
    { hint: { en: 'Drop the result and take the next job.', zh: '请丢弃结果并领取下一个任务。' } },
  );

const badResult = (message: { readonly en: string; readonly zh: string }, field: string): UserError =>
  new UserError('bad-result', message, {
    field,
    hint: { en: 'Use a worker of the version of the server.', zh: '请使用与服务器版本一致的 worker。' },
  });
