import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, UserError } from '../ground/errors.ts';
import { findModel } from '../models/registry.ts';
import { openCorpus, openEvaluation } from './evaluate.ts';
import { type PlainError, userError } from './plain-error.ts';
import type { Plan } from './plan.ts';
import type { Outcome } from './pool.ts';
import { readRun } from './store.ts';
import type { RunsIn, SweepQueue } from './sweep-queue.ts';
import { fetchRun, isStored, storedAmong } from './sweep-runs.ts';
import { totalWork } from './work.ts';

const POLL_MS = 500;
/** The pause between two polls, as a multiple of the time of a poll, so that large sweeps do not load the database. */
const PAUSE = 9;

/** A plan of a sweep and the run that it must produce. */
export interface SweepPlan {
  readonly plan: Plan;
  readonly run: string;
  /** Id of its job; undefined if the run already exists or is impossible. */
  readonly job?: string;
  /** Why it was not enqueued. */
  readonly error?: UserError;
}

export interface Sweep {
  /** A UUID. */
  readonly id: string;
  readonly runsIn: RunsIn;
  readonly plans: readonly SweepPlan[];
}

/**
 * Puts every plan whose run is neither kept here nor in the database on the queue, all or none; one with an invalid corpus or
 * invalid members gets its error. Throws a UserError (usage) for what cannot leave this process: `queue-model` for kinds that
 * call a service, whose limits and keys stay here, and for those of a module; `queue-members` for kinds made of kept runs,
 * which workers without a shared directory do not have.
 */
export async function enqueueSweep(
  { database, queue }: SweepQueue,
  plans: readonly Plan[],
  runsIn: RunsIn,
): Promise<Sweep> {
  const refused = plans.find(
    ({ model, modelFile, parameters }) => modelFile !== undefined || findModel(model).isRemote(parameters),
  );
  if (refused) throw staysHere(refused);
  const made = plans.find(({ model }) => findModel(model).membersParameter !== undefined);
  if (made && runsIn === 'database') throw hasMembers(made);
  const opened = await openPlans(plans);
  const runs = opened.flatMap(({ run, isNew }) => (isNew ? [run] : []));
  const stored = runsIn === 'database' ? await storedAmong(database.kysely, runs) : new Set();
  const planned = opened.map(({ isNew, ...one }): SweepPlan => {
    const isToDo = isNew && !stored.has(one.run);
    return isToDo ? { ...one, job: randomUUID() } : one;
  });
  const id = randomUUID();
  const jobs = planned.flatMap(({ plan, run, job }) =>
    job === undefined ? [] : [{ id: job, data: { sweep: id, plan, run, runsIn } }],
  );
  await database.kysely.transaction().execute((transaction) => queue.enqueueAll(jobs, transaction));
  return { id, runsIn, plans: planned };
}

/** `isNew`: it can be evaluated, and its run is not kept here. */
type OpenedPlan = Omit<SweepPlan, 'job'> & { readonly isNew: boolean };

/** The runs that plans must produce. Plans on one corpus are adjacent, so that it is read once for all of them. */
async function openPlans(plans: readonly Plan[]): Promise<OpenedPlan[]> {
  const opened: OpenedPlan[] = [];
  const open = openLast();
  for (const given of plans) {
    const plan = { ...given, dataDir: resolve(given.dataDir), root: resolve(given.root) };
    try {
      const { id: run, paths } = await openEvaluation(plan, open);
      opened.push({ plan, run, isNew: !existsSync(paths.record) || !existsSync(paths.scores) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      opened.push({ plan, run: '', error, isNew: false });
    }
  }
  return opened;
}

/** `openCorpus` that keeps the last one. */
function openLast(): typeof openCorpus {
  let last: { readonly key: string; readonly corpus: ReturnType<typeof openCorpus> } | undefined;
  return (plan) => {
    const { task, split, source, dataDir } = plan;
    const key = JSON.stringify([task, split, source, dataDir]);
    if (last?.key !== key) last = { key, corpus: openCorpus(plan) };
    return last.corpus;
  };
}

/** The progress of a sweep. */
export interface SweepState {
  /** Evaluations that have ended, and how many there are. */
  readonly done: number;
  readonly all: number;
  /** The share of the expected work that has ended, 0 to 1. */
  readonly share: number;
  /** Evaluations that have ended without a run. */
  readonly failed: number;
  /** The current work of the workers. */
  readonly running: readonly Plan[];
}

export interface SweepWatcher {
  readonly signal?: AbortSignal;
  readonly onState?: (state: SweepState) => void;
  /** Called once for every evaluation that ends. */
  readonly onEnded?: (plan: Plan, error: UserError | undefined) => void;
}

/**
 * Waits until every job of a sweep has ended; outcomes come in the order of the plans. Runs in the database are written
 * below the roots of their plans. If aborted, the jobs stay on the queue. A plan whose run is not below its root has the error
 * `sweep-run-missing`.
 */
export async function awaitSweep(
  sweeps: SweepQueue,
  { id, runsIn, plans }: Sweep,
  { signal, onState, onEnded }: SweepWatcher = {},
): Promise<Outcome[]> {
  const waiting = new Map(
    plans.flatMap(({ plan, job }) => (job === undefined ? [] : [[job, plan] as const])),
  );
  const total = totalWork(plans.map(({ plan }) => plan));
  const errors = new Map<string, UserError | undefined>();
  const end = (job: string, error: UserError | undefined): void => {
    const plan = waiting.get(job);
    if (!plan) return;
    waiting.delete(job);
    errors.set(job, error);
    onEnded?.(plan, error);
  };
  for (;;) {
    signal?.throwIfAborted();
    const asked = performance.now();
    for (const { job, error } of await outcomesOf(sweeps, id)) end(job, error);
    const { active, failed } = waiting.size > 0 ? await sweeps.queue.unfinished() : NOTHING;
    // one that fails has no outcome: its workers died
    for (const job of failed) end(job, gaveUp());
    onState?.({
      done: plans.length - waiting.size,
      all: plans.length,
      share: waiting.size === 0 ? 1 : 1 - totalWork([...waiting.values()]) / total,
      failed: plans.filter(({ job = '', error = errors.get(job) }) => error !== undefined).length,
      running: active.flatMap((job) => waiting.get(job) ?? []),
    });
    if (waiting.size === 0) break;
    const pause = Math.max(POLL_MS, PAUSE * (performance.now() - asked));
    await delay(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
  const outcomes: Outcome[] = [];
  for (const { plan, run, job = '', error = errors.get(job) } of plans) {
    signal?.throwIfAborted();
    outcomes.push(error ? { plan, error } : await collect(sweeps, plan, run, runsIn));
  }
  return outcomes;
}

const NOTHING = { active: [], failed: [] };

/** The jobs of a sweep that have ended. */
async function outcomesOf({ database }: SweepQueue, sweep: string) {
  const rows = await database.kysely
    .selectFrom('sweep_outcome')
    .select(['job', 'error'])
    .where('sweep', '=', sweep)
    .execute();
  return rows.map(({ job, error }) => ({ job, error: error === null ? undefined : errorOf(error) }));
}

/** The run of a job that has ended well. */
async function collect({ database }: SweepQueue, plan: Plan, run: string, runsIn: RunsIn): Promise<Outcome> {
  const directory = join(plan.root, run);
  try {
    if (existsSync(directory)) return { plan, run: await readRun(directory) };
    if (runsIn === 'database' && (await isStored(database.kysely, run)))
      return { plan, run: await fetchRun(database.kysely, run, plan.root) };
  } catch (error) {
    if (error instanceof UserError) return { plan, error };
    throw error;
  }
  return { plan, error: runMissing(directory) };
}

const errorOf = (json: string): UserError => userError(JSON.parse(json) as PlainError);

const staysHere = ({ model, modelFile }: Plan): UserError =>
  new UserError(
    'queue-model',
    modelFile === undefined
      ? {
          en: `${model} calls a service and cannot be queued`,
          zh: `${model} 调用外部服务，不能放入队列`,
        }
      : {
          en: `${model} comes from a module and cannot be queued`,
          zh: `${model} 来自模块文件，不能放入队列`,
        },
    {
      field: 'model',
      hint: { en: 'Run it without --queue.', zh: '请去掉 --queue 运行。' },
      exitCode: EXIT.usage,
    },
  );

const hasMembers = ({ model }: Plan): UserError =>
  new UserError(
    'queue-members',
    {
      en: `${model} is made of kept runs, which workers without a shared directory do not have`,
      zh: `${model} 由已保存的运行组成，没有共享目录的工作进程无法读取`,
    },
    {
      field: 'model',
      hint: {
        en: 'Use --runs-in directory with a --runs-dir that all machines share.',
        zh: '请使用 --runs-in directory，并让各机器共享 --runs-dir。',
      },
      exitCode: EXIT.usage,
    },
  );

const gaveUp = (): UserError =>
  new UserError(
    'sweep-gave-up',
    {
      en: 'Every worker that took this evaluation exited before finishing it',
      zh: '执行该评测的工作进程均提前结束',
    },
    {
      hint: {
        en: 'It may need more memory than the workers have: try it with `chineseblue run` and --jobs 1.',
        zh: '可能内存不足，请用 `chineseblue run` 并加 --jobs 1 单独运行。',
      },
    },
  );

const runMissing = (file: string): UserError =>
  new UserError(
    'sweep-run-missing',
    { en: 'A worker finished this run, but it is not here', zh: '工作进程已完成该运行，但此处没有' },
    {
      file,
      hint: {
        en: 'Give the workers a --runs-dir that all machines share, or use --runs-in database.',
        zh: '请让各机器的工作进程使用共享的 --runs-dir，或改用 --runs-in database。',
      },
    },
  );
