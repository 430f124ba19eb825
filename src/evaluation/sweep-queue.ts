import { sql } from 'kysely';
import { EXIT, UserError } from '../ground/errors.ts';
import { startQueues } from '../jobs/boss.ts';
import { type Database, openDatabase } from '../jobs/database.ts';
import type { Queue } from '../jobs/queue.ts';
import type { Plan } from './plan.ts';
import { prepareStoredRuns, type StoredRunsSchema } from './sweep-runs.ts';

/** One evaluation of a sweep. */
export interface SweepJob {
  /** A UUID: who waits for it. */
  readonly sweep: string;
  readonly plan: Plan;
  /** The id that its run must have: with other data or another version it would be another run. */
  readonly run: string;
  readonly runsIn: RunsIn;
}

/** Where workers leave runs: in the database, or in a directory that all machines share. */
export type RunsIn = 'database' | 'directory';

/** How jobs ended: one row each, stored in the transaction in which the job ends. */
export interface SweepSchema extends StoredRunsSchema {
  sweep_outcome: {
    job: string;
    sweep: string;
    /** JSON of the error that its user should see; null where there is a run. */
    error: string | null;
  };
}

/** The jobs of all sweeps on a database, and their outcomes. */
export interface SweepQueue {
  readonly database: Database<SweepSchema>;
  readonly queue: Queue<SweepJob, SweepSchema>;
  close(): Promise<void>;
}

const NAME = 'sweep';
/** Attempts per job; a worker that is stopped or killed uses one up. */
const ATTEMPTS = 10;
const DAY_SECONDS = 86_400;
/** Id of the lock under which the tables are created; any number that nothing else uses. */
const LOCK = 7_301_402;

/**
 * Opens the queue of sweeps on a PostgreSQL server. Throws a UserError: `queue-not-shared` for anything else,
 * `bad-database-url`, `database-unreachable`. `onError` receives errors that occur between two calls.
 */
export async function openSweepQueue(url: string, onError?: (error: Error) => void): Promise<SweepQueue> {
  if (!/^postgres(ql)?:/.test(url)) throw notShared();
  const database = await openDatabase<SweepSchema>({ url });
  try {
    await database.kysely.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
      await sql`create table if not exists sweep_outcome (
        job uuid primary key, sweep uuid not null, error text
      )`.execute(transaction);
      await sql`create index if not exists sweep_outcome_sweep on sweep_outcome (sweep)`.execute(transaction);
      await prepareStoredRuns(transaction);
    });
    const queues = await startQueues(database, { onError });
    const queue = await queues.open<SweepJob>(NAME, { attempts: ATTEMPTS, leaseSeconds: DAY_SECONDS });
    return {
      database,
      queue,
      async close() {
        await queues.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

const notShared = (): UserError =>
  new UserError(
    'queue-not-shared',
    {
      en: 'A queue is a PostgreSQL database: PGlite is opened by one process at a time',
      zh: '队列需使用 PostgreSQL 数据库：PGlite 同一时间只能由一个进程打开',
    },
    {
      field: 'queue',
      hint: {
        en: 'Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE. On one machine leave --queue out.',
        zh: '格式为 postgres://用户:密码@主机:端口/数据库。单机运行请去掉 --queue。',
      },
      exitCode: EXIT.usage,
    },
  );
