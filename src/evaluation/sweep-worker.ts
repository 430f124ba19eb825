import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Lease, Write } from '../jobs/queue.ts';
import { openEvaluation } from './evaluate.ts';
import { plainError } from './plain-error.ts';
import type { Plan } from './plan.ts';
import { evaluateElsewhere } from './pool.ts';
import { readRun } from './store.ts';
import type { SweepJob, SweepQueue, SweepSchema } from './sweep-queue.ts';
import { isStored, storeRun } from './sweep-runs.ts';

/** How often an idle worker looks for jobs, and how often a lease is renewed. */
const IDLE_MS = 500;
const KEEP_MS = 3000;

export interface SweepWorkerOptions {
  /**
   * For runs in a directory: where they are kept, shared by all machines; default: where the job says. For runs in the
   * database: where they are made; default: in the temporary directory.
   */
  readonly root?: string;
  /** Where corpora are; default: where the job says. */
  readonly dataDir?: string;
  /** End when nothing waits, instead of waiting for more. */
  readonly untilEmpty?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number, note: Text) => void;
  /** Called with every finished job and its outcome. */
  readonly onJob?: (job: SweepJob, ended: 'done' | 'refused' | 'lost' | 'again') => void;
  /** Errors of the database between jobs: the worker tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Takes evaluations from a queue, one at a time, until `signal` aborts. Each is made in a directory of its attempt and
 * moved to its place in the transaction that ends the job, by the holder of the lease only. Returns how many were done.
 */
export async function workOnSweeps(sweeps: SweepQueue, options: SweepWorkerOptions): Promise<number> {
  const { signal, untilEmpty = false, onError } = options;
  let done = 0;
  while (!signal.aborted) {
    try {
      const lease = await sweeps.queue.lease();
      if (lease) {
        if (await workOn(sweeps, lease, options)) done++;
        continue;
      }
      if (untilEmpty) break;
    } catch (error) {
      onError(error);
    }
    await delay(IDLE_MS, undefined, { signal }).catch(() => undefined);
  }
  return done;
}

/** Whether this attempt ended the job. */
async function workOn(
  { queue, database }: SweepQueue,
  lease: Lease<SweepJob>,
  options: SweepWorkerOptions,
): Promise<boolean> {
  const { sweep, plan: given, run, runsIn } = lease.data;
  const root = resolve(options.root ?? (runsIn === 'database' ? scratch() : given.root));
  const plan = { ...given, root, dataDir: options.dataDir ?? given.dataDir };
  const lost = new AbortController();
  const keeping = setInterval(() => {
    queue.keep(lease).then((isKept) => isKept || lost.abort(leaseLost()), options.onError);
  }, KEEP_MS);
  const end = (error: UserError | undefined, write: Write<SweepSchema>): Promise<boolean> =>
    queue.complete(lease, async (transaction) => {
      const stored = error === undefined ? null : JSON.stringify(plainError(error));
      await transaction.insertInto('sweep_outcome').values({ job: lease.id, sweep, error: stored }).execute();
      await write(transaction);
    });
  const doRun = async (signal: AbortSignal): Promise<boolean> => {
    if (runsIn === 'database' && (await isStored(database.kysely, run)))
      return end(undefined, async () => undefined);
    const made = await makeRun({ ...plan, workRoot: attempts.at(-1)! }, run, { ...options, signal });
    return end(undefined, (transaction) =>
      runsIn === 'database' ? storeRun(transaction, run, made) : keepRun(made, join(root, run)),
    );
  };
  const attempts = attemptsOf(root, lease);
  try {
    await discard(attempts);
    const isOurs = await doRun(AbortSignal.any([options.signal, lost.signal]));
    options.onJob?.(lease.data, isOurs ? 'done' : 'lost');
    return isOurs;
  } catch (error) {
    if (isFinal(error) && !options.signal.aborted && !lost.signal.aborted) {
      const isOurs = await end(error, async () => undefined);
      options.onJob?.(lease.data, isOurs ? 'refused' : 'lost');
      return isOurs;
    }
    const isOurs = await queue.fail(lease, error instanceof Error ? error.message : String(error));
    options.onJob?.(lease.data, isOurs ? 'again' : 'lost');
    return false;
  } finally {
    clearInterval(keeping);
    await discard(attempts);
  }
}

/** Working directory of runs for the database: one per user and machine, so that later attempts find the remains of failed ones. */
const scratch = (): string => join(tmpdir(), `chineseblue-sweeps-${userInfo().uid}`);

/** Errors that another attempt may avoid; any other UserError would recur. */
const PASSING: ReadonlySet<string> = new Set(['worker-died', 'in-use', 'interrupted', 'disk-full']);

const isFinal = (error: unknown): error is UserError =>
  error instanceof UserError && !PASSING.has(error.code);

/** The directories of this and all earlier attempts, its own last; earlier ones were left behind by dead workers. */
const attemptsOf = (root: string, { id, attempt }: Lease<SweepJob>): string[] =>
  Array.from({ length: attempt }, (_, i) => join(root, '.attempts', `${id}-${i + 1}`));

const discard = async (directories: readonly string[]): Promise<void> => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
};

/** Does the run in the directory of the attempt, unless it is kept already; returns its directory. */
async function makeRun(plan: Plan, run: string, { signal, onProgress }: SweepWorkerOptions): Promise<string> {
  const kept = join(plan.root, run);
  if (existsSync(kept)) return (await readRun(kept)).directory;
  const { id } = await openEvaluation(plan);
  if (id !== run) throw otherRun(run, id);
  const note = { en: run, zh: run };
  const onShare = (share: number): void => onProgress?.(share, note);
  return (await evaluateElsewhere(plan, { signal, onProgress: onShare })).directory;
}

/** Moves a run to its place. Its id names everything that it depends on, so an existing one is the same. */
async function keepRun(made: string, place: string): Promise<void> {
  if (made === place) return;
  if (existsSync(place)) await readRun(place);
  else await rename(made, place);
}

const leaseLost = (): UserError =>
  new UserError('interrupted', { en: 'Another worker has this job now', zh: '该任务已由其他工作进程执行' });

const otherRun = (wanted: string, found: string): UserError =>
  new UserError(
    'sweep-other-run',
    {
      en: `The worker would compute a different run: ${found} instead of ${wanted}`,
      zh: `工作进程会得到另一次运行：${found}，而不是 ${wanted}`,
    },
    {
      hint: {
        en: 'Its corpora or its version differ: use the same files and the same version on all machines.',
        zh: '其语料或版本不同：请在所有机器上使用相同的文件与版本。',
      },
    },
  );
