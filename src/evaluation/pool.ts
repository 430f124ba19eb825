import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { findModel, isBuiltIn } from '../models/registry.ts';
import { evaluate } from './evaluate.ts';
import { userError } from './plain-error.ts';
import type { Plan, Watcher } from './plan.ts';
import { readRun, type StoredRun } from './store.ts';
import { totalWork, workOf } from './work.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** How one plan ended: a run, or the error that the user should see. */
export type Outcome =
  | { readonly plan: Plan; readonly run: StoredRun }
  | { readonly plan: Plan; readonly error: UserError };

export interface PoolOptions {
  /** Evaluations at a time, each in a separate process; 1 runs in this process. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** The share of all work that is done, and what is being done. */
  readonly onProgress?: (share: number, note: Text) => void;
  /** Notes on what is doubtful about an evaluation, without repeats. */
  readonly onNote?: (note: Text) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/**
 * Evaluates many plans; outcomes are in the order of the plans. One that fails for a reason that
 * the user can fix does not stop the others; internal errors and Ctrl-C do. Kinds that call services run in this
 * process, so that one limiter and one budget hold for all, and so do kinds that are registered only in this process.
 */
export async function evaluateAll(plans: readonly Plan[], options: PoolOptions): Promise<Outcome[]> {
  const { jobs, signal, onProgress, onOutcome } = options;
  const onNote = options.onNote && once(options.onNote);
  const outcomes: Outcome[] = new Array(plans.length);
  const work = plans.map(workOf);
  const total = totalWork(plans);
  const shares = new Float64Array(plans.length);
  const parallel = jobs > 1 && plans.length > 1;
  const queue = inOrder(plans).values();
  const lane = async (): Promise<void> => {
    for (const index of queue) {
      signal?.throwIfAborted();
      const plan = plans[index];
      const advance = (share: number, note: Text = { en: '', zh: '' }): void => {
        shares[index] = share;
        const what = `${plan.task.id} ${plan.model}`;
        const done = shares.reduce((sum, part, i) => sum + part * work[i], 0) / total;
        onProgress?.(done, { en: `${what} ${note.en}`.trimEnd(), zh: `${what} ${note.zh}`.trimEnd() });
      };
      const run = parallel && !staysHere(plan) ? evaluateElsewhere : evaluate;
      outcomes[index] = await settle(plan, run(plan, { onProgress: advance, onNote, signal }));
      advance(1);
      onOutcome?.(outcomes[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, plans.length) }, lane));
  return outcomes;
}

/** Several seeds of one model give the same notes. */
function once(onNote: (note: Text) => void): (note: Text) => void {
  const seen = new Set<string>();
  return (note) => {
    if (!seen.has(note.en)) onNote(note);
    seen.add(note.en);
  };
}

const staysHere = ({ model, parameters, modelFile }: Plan): boolean =>
  findModel(model).isRemote(parameters) || !(isBuiltIn(model) || modelFile !== undefined);

/** Slow models first, and of each the last tasks, which have the large corpora: so the lanes end together. */
function inOrder(plans: readonly Plan[]): number[] {
  const indices = Array.from(plans.keys());
  const isSlow = (index: number): boolean => findModel(plans[index].model).slow === true;
  return [...indices.filter(isSlow).reverse(), ...indices.filter((index) => !isSlow(index))];
}

async function settle(plan: Plan, running: Promise<StoredRun>): Promise<Outcome> {
  try {
    return { plan, run: await running };
  } catch (error) {
    if (error instanceof UserError && error.code !== 'interrupted') return { plan, error };
    throw error;
  }
}

/** Evaluates in a child process. Ctrl-C reaches it from the terminal or through `signal`. */
export function evaluateElsewhere(plan: Plan, { onProgress, onNote, signal }: Watcher): Promise<StoredRun> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const abort = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    let answer: FromWorker | undefined;
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') onProgress?.(message.share, message.note);
      else if (message.kind === 'note') onNote?.(message.note);
      else answer = message;
    });
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(signal.reason);
      if (answer?.kind === 'done') return resolve(readRun(answer.directory));
      if (answer?.kind === 'refused') return reject(userError(answer));
      if (answer?.kind === 'failed') return reject(new Error(answer.stack));
      reject(workerDied(plan, killedBy, code));
    });
    child.send({ plan } satisfies ToWorker);
  });
}

function workerDied({ task, model }: Plan, killedBy: NodeJS.Signals | null, code: number | null): UserError {
  const memory =
    killedBy === 'SIGKILL'
      ? {
          en: 'It was killed, perhaps for lack of memory: try --jobs 1. ',
          zh: '可能因内存不足被终止，可尝试 --jobs 1。',
        }
      : { en: '', zh: '' };
  return new UserError(
    'worker-died',
    {
      en: `The process that evaluated ${task.id} with ${model} ended (${killedBy ?? code})`,
      zh: `以 ${model} 评测 ${task.id} 的进程已退出（${killedBy ?? code}）`,
    },
    {
      hint: {
        en: `${memory.en}Run the command again to resume.`,
        zh: `${memory.zh}再次执行同一命令即可继续。`,
      },
    },
  );
}
