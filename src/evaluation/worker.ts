/** The process in which the pool evaluates one plan: a message in, progress and one answer out. */
import { type ErrorDetails, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { evaluate, type Plan } from './evaluate.ts';

export interface ToWorker {
  readonly plan: Plan;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly share: number; readonly note?: string }
  | { readonly kind: 'done'; readonly directory: string }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: Text;
      readonly details: ErrorDetails;
    }
  | { readonly kind: 'failed'; readonly stack: string };

const PROGRESS_INTERVAL_MS = 200;

const interruption = new AbortController();
const interrupt = (): void => interruption.abort(new UserError('interrupted', 'Interrupted'));
process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('disconnect', interrupt);

process.once('message', async ({ plan }: ToWorker) => {
  let lastTold = 0;
  const onProgress = (share: number, note?: string): void => {
    if (Date.now() - lastTold < PROGRESS_INTERVAL_MS) return;
    lastTold = Date.now();
    tell({ kind: 'progress', share, note });
  };
  try {
    const { directory } = await evaluate(plan, { onProgress, signal: interruption.signal });
    tell({ kind: 'done', directory });
  } catch (error) {
    if (error instanceof UserError) {
      const { code, text, place, hintText, exitCode } = error;
      tell({ kind: 'refused', code, message: text, details: { ...place, hint: hintText, exitCode } });
    } else
      tell({
        kind: 'failed',
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }
  process.off('disconnect', interrupt);
  if (process.connected) process.disconnect();
});

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}
