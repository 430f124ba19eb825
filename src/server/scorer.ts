import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../ground/errors.ts';
import type { Lease } from '../jobs/queue.ts';
import { record } from './audit-log.ts';
import { scoreJob } from './score-job.ts';
import type { ScoreJob, Site } from './site.ts';

/** The intervals of polling while idle and of heartbeats. */
const IDLE_MS = 200;
const KEEP_MS = 3000;
/** Jobs of a scoring process that are under way: while one is scored, the other is read from the database or stored in it. */
const JOBS_PER_PROCESS = 2;

export interface Scorer {
  /** Starts no further jobs, and waits for the running ones. */
  close(): Promise<void>;
}

/** Scores queued jobs in `count` processes, until it is closed. `onError` receives errors that belong to no job. */
export function startScorer(site: Site, count: number, onError: (error: unknown) => void): Scorer {
  const stop = new AbortController();
  const loop = async (step: () => Promise<boolean>): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if (await step()) continue;
      } catch (error) {
        onError(error);
      }
      await delay(IDLE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  // While the queue is empty, only one lane polls.
  let free = count * JOBS_PER_PROCESS;
  const scoring = new Set<Promise<void>>();
  const take = async (): Promise<boolean> => {
    if (free === 0) await Promise.race(scoring);
    if (stop.signal.aborted) return false;
    const lease = await site.queue.lease();
    if (!lease) return false;
    free--;
    const job = scoreLeased(site, lease)
      .catch(onError)
      .finally(() => {
        free++;
        scoring.delete(job);
      });
    scoring.add(job);
    return true;
  };
  const loops = [loop(take), loop(() => refundNext(site))];
  return {
    async close() {
      stop.abort();
      await Promise.all(loops);
      await Promise.all(scoring);
    },
  };
}

async function scoreLeased(site: Site, lease: Lease<ScoreJob>): Promise<void> {
  const { queue } = site;
  const keeping = setInterval(() => void queue.keep(lease).catch(() => undefined), KEEP_MS);
  try {
    await scoreJob(site, lease);
  } catch (error) {
    await queue.fail(lease, error instanceof UserError ? error.code : 'internal');
  } finally {
    clearInterval(keeping);
  }
}

/** Ends the next submission whose scoring has failed for good: it does not count against the quota. False where there is none. */
async function refundNext({ queue }: Site): Promise<boolean> {
  const failure = await queue.leaseFailure();
  if (!failure) return false;
  const { data, reason } = failure;
  await queue.settleFailure(failure, async (transaction) => {
    await transaction
      .updateTable('submission')
      .set({ state: 'failed', ended: new Date() })
      .where('id', '=', data.submission)
      .where('state', '=', 'queued')
      .execute();
    const detail = { reason };
    await record(transaction, {
      actor: 'server',
      action: 'submission-failed',
      subject: data.submission,
      detail,
    });
  });
  return true;
}
