import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { openOwnDirectory } from '../ground/own-directory.ts';
import { noticesOf, type Queues, startQueues } from '../jobs/boss.ts';
import { type DatabasePlace, openDatabase } from '../jobs/database.ts';
import type { Queue } from '../jobs/queue.ts';
import type { Challenge } from './challenge.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';
import { type Children, createChildren } from './scoring/children.ts';

/** A job of the queue: a submission to be scored. */
export interface ScoreJob {
  readonly submission: string;
}

const QUEUE = 'score';
/** Remote workers are behind firewalls, and their networks may fail for a while. */
const REMOTE = { heartbeatSeconds: 30, leaseSeconds: 3600, notices: noticesOf(QUEUE) };

/** Everything that a server works with. */
export interface Site {
  readonly kysely: Kysely<Schema>;
  /** Jobs that are scored here. */
  readonly queue: Queue<ScoreJob, Schema>;
  /** The queue of a challenge: a separate one where its gold is remote. Not to be called within a transaction. */
  queueOf(challenge: Pick<Challenge, 'id' | 'gold'>): Promise<Queue<ScoreJob, Schema>>;
  readonly queues: Queues<Schema>;
  readonly children: Children;
  /** Submissions scored at a time. */
  readonly workers: number;
  /** Directory of uploads that are being checked. */
  readonly temporary: string;
  close(): Promise<void>;
}

export interface SiteSettings {
  readonly database: DatabasePlace;
  /** Each process makes a directory for its uploads in here. */
  readonly temporary: string;
  /** Absent where the environment has the keys of the gold. */
  readonly keyFile?: string;
  /** Scoring processes. Default: one per core. */
  readonly workers?: number;
  /** Receives errors that occur between two requests. */
  readonly onError?: (error: Error) => void;
}

/** Opens the database of a server, brings its tables up to date and starts its queue. Throws as `openDatabase`. */
export async function openSite(settings: SiteSettings): Promise<Site> {
  const { workers = cpus().length, keyFile, onError } = settings;
  const database = await openDatabase<Schema>(settings.database);
  const closing: (() => Promise<void>)[] = [() => database.close()];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    await migrate(database.kysely);
    const queues = await startQueues(database, { onError });
    closing.push(() => queues.close());
    const queue = await queues.open<ScoreJob>(QUEUE);
    const uploads = await openOwnDirectory(join(settings.temporary, 'uploads'));
    closing.push(() => uploads.close());
    const temporary = uploads.path;
    const children = createChildren({ count: workers, keyFile, temporary });
    closing.push(async () => children.close());
    return {
      kysely: database.kysely,
      queue,
      queueOf: createQueueOf(queues, queue),
      queues,
      children,
      workers,
      temporary,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function createQueueOf(queues: Queues<Schema>, local: Queue<ScoreJob, Schema>): Site['queueOf'] {
  const remote = new Map<string, Promise<Queue<ScoreJob, Schema>>>();
  return async ({ id, gold }) => {
    if (gold !== 'remote') return local;
    const opened = remote.get(id) ?? queues.open<ScoreJob>(`${QUEUE}/${id}`, REMOTE);
    remote.set(id, opened);
    opened.catch(() => remote.delete(id));
    return opened;
  };
}
