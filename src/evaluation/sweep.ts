import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { findModel } from '../models/registry.ts';
import { openEvaluation } from './evaluate.ts';
import { type PlainError, userError } from './plain-error.ts';
import type { Plan } from './plan.ts';
import type { Outcome } from './pool.ts';
import { readRun } from './store.ts';
import type { SweepQueue } from './sweep-queue.ts';

const POLL_MS = 500;
/** Jobs end about in order: so many of those that have no outcome are asked for their state at a time. */
const ASKED = 16;
/** Rounds between two such questions. */
const ASK_EVERY = 10;

/** A plan of a sweep and the run that it must give. */
export interface SweepPlan {
  readonly plan: Plan;
  readonly run: string;
  /** Of its job; undefined where the run is kept already, or impossible. */
  readonly job?: string;
  /** Why it was not enqueued. */
  readonly error?: UserError;
}

export interface Sweep {
  /** A UUID. */
  readonly id: string;
  readonly plans: readonly SweepPlan[];
}

/**
 * Puts every plan whose run is not kept yet on the queue, all or none; one whose corpus or members are at fault gets its
 * error. Throws a UserError (usage) for what cannot leave
 * this process: `queue-model` for kinds that call a service, whose limits and keys stay here, and for those of a module.
 */
export async function enqueueSweep({ database, queue }: SweepQueue, plans: readonly Plan[]): Promise<Sweep> {
  const refused = plans.find(
    ({ model, modelFile, parameters }) => modelFile !== undefined || findModel(model).isRemote(parameters),
  );
  if (refused) throw staysHere(refused);
  const id = randomUUID();
  const planned: SweepPlan[] = [];
  for (const given of plans) {
    const plan = { ...given, dataDir: resolve(given.dataDir), root: resolve(given.root) };
    try {
      const { id: run, paths } = await openEvaluation(plan);
      const isKept = existsSync(paths.record) && existsSync(paths.scores);
      planned.push({ plan, run, job: isKept ? undefined : randomUUID() });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      planned.push({ plan, run: '', error });
    }
  }
  await database.kysely.transaction().execute(async (transaction) => {
    for (const { plan, run, job } of planned)
      if (job !== undefined) await queue.enqueue(job, { sweep: id, plan, run }, transaction);
  });
  return { id, plans: planned };
}

export interface SweepWatcher {
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number, note: Text) => void;
}

/**
 * Waits until every job of a sweep has ended; outcomes come in the order of the plans. Where it is aborted the jobs stay
 * on the queue. A plan whose run is not below its root has the error `sweep-run-missing`.
 */
export async function awaitSweep(
  { database, queue }: SweepQueue,
  { id, plans }: Sweep,
  { signal, onProgress }: SweepWatcher = {},
): Promise<Outcome[]> {
  const jobs = plans.flatMap(({ job }) => job ?? []);
  const errors = new Map<string, UserError | undefined>();
  for (let round = 0; ; round++) {
    signal?.throwIfAborted();
    const rows = await database.kysely
      .selectFrom('sweep_outcome')
      .select(['job', 'error'])
      .where('sweep', '=', id)
      .execute();
    for (const { job, error } of rows) errors.set(job, error === null ? undefined : errorOf(error));
    const waiting = jobs.filter((job) => !errors.has(job));
    const done = plans.length - waiting.length;
    onProgress?.(done / Math.max(1, plans.length), {
      en: `${done} of ${plans.length}`,
      zh: `${done}/${plans.length}`,
    });
    if (waiting.length === 0) break;
    if (round % ASK_EVERY === ASK_EVERY - 1) {
      for (const job of waiting.slice(0, ASKED))
        if ((await queue.stateOf(job))?.state === 'failed') errors.set(job, gaveUp());
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
  return Promise.all(
    plans.map(async ({ plan, run, job = '', error = errors.get(job) }): Promise<Outcome> => {
      if (error) return { plan, error };
      const directory = join(plan.root, run);
      return existsSync(directory)
        ? { plan, run: await readRun(directory) }
        : { plan, error: runMissing(directory) };
    }),
  );
}

const errorOf = (json: string): UserError => userError(JSON.parse(json) as PlainError);

const staysHere = ({ model, modelFile }: Plan): UserError =>
  new UserError(
    'queue-model',
    modelFile === undefined
      ? {
          en: `${model} calls a service and is not put on a queue`,
          zh: `${model} 调用外部服务，不能放入队列`,
        }
      : {
          en: `${model} comes from a module and is not put on a queue`,
          zh: `${model} 来自模块文件，不能放入队列`,
        },
    {
      field: 'model',
      hint: { en: 'Run it without --queue.', zh: '请去掉 --queue 运行。' },
      exitCode: EXIT.usage,
    },
  );

const gaveUp = (): UserError =>
  new UserError(
    'sweep-gave-up',
    {
      en: 'Every worker that took this evaluation ended before it did',
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
    { en: 'A worker did this run, but it is not here', zh: '工作进程已完成该运行，但此处没有' },
    {
      file,
      hint: {
        en: 'Give the workers a --runs-dir that all machines share.',
        zh: '请让各机器的工作进程使用共享的 --runs-dir。',
      },
    },
  );
