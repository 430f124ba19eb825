/** Jobs that may wait for the disk before lanes wait too: it bounds what a crash loses on a slow disk. */
const MOST_UNSETTLED = 2048;

/** What continues after the work of a job is done, such as writing it to disk. */
export interface Settling {
  readonly settled: Promise<void>;
}

/**
 * Runs jobs in `lanes` lanes. A lane moves on when a job's work is done, before its results have settled. After an error no job
 * is started, and running ones, which have been paid for, finish before it is thrown.
 */
export async function inLanes<T>(
  jobs: Iterable<T>,
  lanes: number,
  run: (job: T) => Promise<Settling | undefined> | Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const settling = new Set<Promise<void>>();
  const queue = jobs[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    while (errors.length === 0) {
      const next = queue.next();
      if (next.done) return;
      try {
        const after = await run(next.value);
        if (!after) continue;
        const watched = after.settled.catch((error) => void errors.push(error));
        settling.add(watched);
        watched.finally(() => settling.delete(watched));
        if (settling.size >= MOST_UNSETTLED) await watched;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await Promise.all(settling);
  if (errors.length > 0) throw errors[0];
}
