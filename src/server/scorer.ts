import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import { scoreJob } from './score-job.ts';
import type { Site } from './site.ts';

/** How long an idle loop waits before it looks again, and how often a lease is kept. */
const IDLE_MS = 200;
const KEEP_MS = 3000;

export interface Scorer {
  /** Lets no new job begin, and waits for those that have. */
  close(): Promise<void>;
}

/** Scores what is queued, `count` submissions at a time, until it is closed. `onError` receives errors that belong to no job. */
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
  const loops = Array.from({ length: count }, () => loop(() => scoreNext(site)));
  loops.push(loop(() => refundNext(site)));
  return {
    async close() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

/** Scores the next submission; false where none waits. */
async function scoreNext(site: Site): Promise<boolean> {
  const { queue } = site;
  const lease = await queue.lease();
  if (!lease) return false;
  const keeping = setInterval(() => void queue.keep(lease).catch(() => undefined), KEEP_MS);
  try {
    await scoreJob(site, lease);
  } catch (error) {
    await queue.fail(lease, error instanceof UserError ? error.code : 'internal');
  } finally {
    clearInterval(keeping);
  }
  return true;
}

/** Ends the next submission whose scoring has failed for good: it costs no quota. False where there is none. */
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
