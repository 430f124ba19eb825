import { type Kysely, sql } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import type { Database } from './database.ts';
import type { Failure, JobState, Lease, NewJob, Queue, QueueSettings, Write } from './queue.ts';

/** The schema of the database that pg-boss keeps its tables in. */
const SCHEMA = 'jobs';
const LONGEST_RETRY_SECONDS = 60;
/** A job that waits is never deleted for its age; what has ended is deleted after a while. */
const WAIT_SECONDS = 10 * 365 * 86_400;
const KEEP_ENDED_SECONDS = 7 * 86_400;
/** Jobs that are added by one statement: their data is one parameter of it. */
const JOBS_PER_STATEMENT = 1000;
/** A notice of failure is retried until it is handled. */
const NOTICE_ATTEMPTS = 1_000_000;

/** The queues of a database. */
export interface Queues<Schema> {
  /** Opens a queue, made where it is absent. */
  open<Data extends object>(name: string, settings?: QueueSettings): Promise<Queue<Data, Schema>>;
  /** Looks for leases that have ended now, not at the next round. */
  supervise(): Promise<void>;
  close(): Promise<void>;
}

export interface QueuesOptions {
  /** How often leases that have ended are looked for, in seconds. Default 2. */
  readonly superviseSeconds?: number;
  /** Receives errors that occur between two calls: a broken connection, a failed round of supervision. Default: ignored. */
  readonly onError?: (error: Error) => void;
}

/**
 * Starts the queues of a database: pg-boss, in the same database as everything else, so that a job and its data are stored in
 * one transaction, on PostgreSQL as on PGlite.
 */
export async function startQueues<Schema>(
  { queues, kysely }: Database<Schema>,
  { superviseSeconds = 2, onError = () => undefined }: QueuesOptions = {},
): Promise<Queues<Schema>> {
  const boss = new PgBoss({
    ...queues,
    schema: SCHEMA,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: 1,
  });
  boss.on('error', onError);
  await boss.start();
  return {
    open: (name, settings) => openQueue(boss, kysely, name, settings),
    supervise: () => boss.supervise(),
    close: () => boss.stop({ graceful: false }),
  };
}

/** The queue that notices of failure of a queue go to, unless its settings name another. */
export const noticesOf = (name: string): string => `${name}-failed`;

async function openQueue<Data extends object, Schema>(
  boss: PgBoss,
  kysely: Kysely<Schema>,
  name: string,
  settings: QueueSettings = {},
): Promise<Queue<Data, Schema>> {
  const { notices = noticesOf(name) } = settings;
  await makeQueues(boss, name, notices, settings);
  return {
    async enqueue(id, data, transaction) {
      await boss.send(name, data, { id, db: fromKysely(transaction) });
    },
    async enqueueAll(jobs, transaction) {
      const db = fromKysely(transaction);
      // pg-boss refuses an id that occurs twice in one statement
      const added = new Map<string, NewJob<Data>>();
      for (const job of jobs) if (!added.has(job.id)) added.set(job.id, job);
      const all = [...added.values()];
      for (let from = 0; from < all.length; from += JOBS_PER_STATEMENT)
        await boss.insert(name, all.slice(from, from + JOBS_PER_STATEMENT), { db });
    },
    lease: () => leaseFrom<Data, Schema>(boss, kysely, name),
    async keep(lease) {
      return isOne(await boss.touch(name, attemptOf(lease)));
    },
    complete: (lease, write) => completeIn(boss, kysely, name, lease, write),
    async fail(lease, reason) {
      return isOne(await boss.fail(name, attemptOf(lease), { reason }));
    },
    leaseFailure: () => leaseNotice<Data>(boss, notices),
    settleFailure: (failure, write) => completeIn(boss, kysely, notices, failure, write),
    unfinished: () => unfinishedOf(kysely, name),
    stateOf: (id) => stateOf(kysely, name, id),
  };
}

async function makeQueues(
  boss: PgBoss,
  name: string,
  notices: string,
  { attempts = 3, retrySeconds = 1, heartbeatSeconds = 10, leaseSeconds = 900 }: QueueSettings,
): Promise<void> {
  const common = {
    retryBackoff: true,
    retryDelay: retrySeconds,
    retryDelayMax: LONGEST_RETRY_SECONDS,
    retentionSeconds: WAIT_SECONDS,
    deleteAfterSeconds: KEEP_ENDED_SECONDS,
    expireInSeconds: leaseSeconds,
  };
  const queue = { ...common, retryLimit: attempts - 1, heartbeatSeconds, deadLetter: notices };
  for (const [at, options] of [
    [notices, { ...common, retryLimit: NOTICE_ATTEMPTS }],
    [name, queue],
  ] as const) {
    await boss.createQueue(at, options);
    // A queue that exists already takes these settings.
    await boss.updateQueue(at, options);
    // Within a transaction nothing may be queried on another connection: on PGlite that would wait for its end.
    await boss.getQueue(at);
  }
}

/** Whether the named attempt was found; pg-boss documents the count, its types leave it out. */
const isOne = (response: object): boolean => 'affected' in response && response.affected === 1;

/** What pg-boss ends a job by: its id and the attempt that was leased. */
const attemptOf = ({ id, attempt }: Lease<unknown>) => ({ id, retryCount: attempt - 1 });

async function leaseFrom<Data, Schema>(
  boss: PgBoss,
  kysely: Kysely<Schema>,
  name: string,
): Promise<Lease<Data> | undefined> {
  const [job] = await boss.fetch<Data>(name, { includeMetadata: true, db: fromKysely(kysely) });
  return job && { id: job.id, data: job.data, attempt: job.retryCount + 1 };
}

async function leaseNotice<Data>(boss: PgBoss, notices: string): Promise<Failure<Data> | undefined> {
  const [job] = await boss.fetch<Data>(notices, { includeMetadata: true });
  if (!job) return undefined;
  const { id, data, retryCount, sourceId, sourceOutput } = job;
  return { id, data, attempt: retryCount + 1, job: sourceId ?? id, reason: reasonOf(sourceOutput) };
}

/** Ours is `{ reason }`, that of pg-boss itself `{ value: { message } }`. */
function reasonOf(output: object | null): string {
  const { reason, value, message } = (output ?? {}) as {
    reason?: string;
    value?: { message?: string };
    message?: string;
  };
  return reason ?? value?.message ?? message ?? 'unknown';
}

/** Rolls back the work of a lease that another worker now holds. */
class LeaseEnded extends Error {}

async function completeIn<Schema>(
  boss: PgBoss,
  kysely: Kysely<Schema>,
  name: string,
  lease: Lease<unknown>,
  write: Write<Schema>,
): Promise<boolean> {
  try {
    await kysely.transaction().execute(async (transaction) => {
      const db = fromKysely(transaction);
      if (!isOne(await boss.complete(name, attemptOf(lease), null, { db }))) throw new LeaseEnded();
      await write(transaction);
    });
    return true;
  } catch (error) {
    if (error instanceof LeaseEnded) return false;
    throw error;
  }
}

async function unfinishedOf<Schema>(kysely: Kysely<Schema>, name: string) {
  const { rows } = await sql<{ id: string; state: string }>`
    select id, state from ${sql.id(SCHEMA, 'job')}
    where name = ${name} and state in ('active', 'failed', 'cancelled')
  `.execute(kysely);
  const of = (isWanted: boolean): string[] =>
    rows.flatMap(({ id, state }) => ((state === 'active') === isWanted ? [id] : []));
  return { active: of(true), failed: of(false) };
}

async function stateOf<Schema>(
  kysely: Kysely<Schema>,
  name: string,
  id: string,
): Promise<JobState | undefined> {
  // `ahead`: jobs that wait and came before.
  const { rows } = await sql<{ state: string; ahead: string | number | null }>`
    select state, case when state < 'active' then (
      select count(*) from ${sql.id(SCHEMA, 'job')} as other
      where other.name = own.name and other.state < 'active' and (other.created_on, other.id) < (own.created_on, own.id)
    ) end as ahead
    from ${sql.id(SCHEMA, 'job')} as own where name = ${name} and id = ${id}
  `.execute(kysely);
  const [job] = rows;
  if (!job) return undefined;
  if (job.state === 'active' || job.state === 'completed') return { state: job.state };
  if (job.state === 'failed' || job.state === 'cancelled') return { state: 'failed' };
  return { state: 'waiting', ahead: Number(job.ahead) };
}
