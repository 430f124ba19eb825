import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../ground/errors.ts';
import { findModel } from '../models/registry.ts';
import { evaluate, type Plan } from './evaluate.ts';
import { readRun, type StoredRun } from './store.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** How one plan ended: a run, or the error that the user should see. */
export type Outcome =
  | { readonly plan: Plan; readonly run: StoredRun }
  | { readonly plan: Plan; readonly error: UserError };

export interface PoolOptions {
  /** Evaluations at a time, each in a process of its own; 1 stays in this process. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** The share of all work that is done, and what goes on. */
  readonly onProgress?: (share: number, note: string) => void;
  readonly onOutcome?: (outcome: Outcome) => void;
}

const WORKER = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

/**
 * Evaluates many plans; outcomes come back in the order of the plans. One that fails for a reason that
 * the user can mend does not stop the others; our own faults and Ctrl-C do.
 */
export async function evaluateAll(plans: readonly Plan[], options: PoolOptions): Promise<Outcome[]> {
  const { jobs, signal, onProgress, onOutcome } = options;
  const outcomes: Outcome[] = new Array(plans.length);
  const shares = new Float64Array(plans.length);
  const runOne = jobs > 1 && plans.length > 1 ? evaluateElsewhere : evaluate;
  const queue = inOrder(plans).values();
  const lane = async (): Promise<void> => {
    for (const index of queue) {
      signal?.throwIfAborted();
      const plan = plans[index];
      const advance = (share: number, note?: string): void => {
        shares[index] = share;
        onProgress?.(
          shares.reduce((sum, part) => sum + part, 0) / plans.length,
          `${plan.task.id} ${plan.model} ${note ?? ''}`,
        );
      };
      outcomes[index] = await settle(plan, runOne(plan, { onProgress: advance, signal }));
      advance(1);
      onOutcome?.(outcomes[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, plans.length) }, lane));
  return outcomes;
}

/** Slow models first, and of them the last tasks first, where the large corpora stand: the lanes end together. */
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
function evaluateElsewhere(
  plan: Plan,
  { onProgress, signal }: { onProgress?: (share: number, note?: string) => void; signal?: AbortSignal },
): Promise<StoredRun> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const abort = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    let answer: FromWorker | undefined;
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') onProgress?.(message.share, message.note);
      else answer = message;
    });
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(signal.reason);
      if (answer?.kind === 'done') return resolve(readRun(answer.directory));
      if (answer?.kind === 'refused') {
        const { code: errorCode, message, details } = answer;
        return reject(new UserError(errorCode, message, details));
      }
      if (answer?.kind === 'failed') return reject(new Error(answer.stack));
      const memory = killedBy === 'SIGKILL' ? 'It was killed, perhaps for lack of memory: try --jobs 1.' : '';
      reject(
        new UserError(
          'worker-died',
          `The process that evaluated ${plan.task.id} with ${plan.model} ended (${killedBy ?? code})`,
          {
            hint: `${memory} Issue the command again to go on.`.trim(),
          },
        ),
      );
    });
    child.send({ plan } satisfies ToWorker);
  });
}
