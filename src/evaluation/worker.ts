/** The process in which the pool evaluates one plan: it receives a message, and sends progress and one result. */
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { evaluate } from './evaluate.ts';
import { type PlainError, plainError } from './plain-error.ts';
import type { Plan } from './plan.ts';

export interface ToWorker {
  readonly plan: Plan;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly share: number; readonly note?: Text }
  | { readonly kind: 'note'; readonly note: Text }
  | { readonly kind: 'done'; readonly directory: string }
  | ({ readonly kind: 'refused' } & PlainError)
  | { readonly kind: 'failed'; readonly stack: string };

const PROGRESS_INTERVAL_MS = 200;

const interruption = new AbortController();
const interrupt = (): void =>
  interruption.abort(new UserError('interrupted', { en: 'Interrupted', zh: '已中断' }));
/** The parent process has ended: if it had been interrupted before, then by a second Ctrl-C. */
const abandoned = (): void => {
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interrupt();
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('disconnect', abandoned);

process.once('message', async ({ plan }: ToWorker) => {
  let lastSent = 0;
  const onProgress = (share: number, note?: Text): void => {
    if (Date.now() - lastSent < PROGRESS_INTERVAL_MS) return;
    lastSent = Date.now();
    send({ kind: 'progress', share, note });
  };
  try {
    const onNote = (note: Text): void => send({ kind: 'note', note });
    const { directory } = await evaluate(plan, { onProgress, onNote, signal: interruption.signal });
    send({ kind: 'done', directory });
  } catch (error) {
    if (error instanceof UserError) send({ kind: 'refused', ...plainError(error) });
    else
      send({
        kind: 'failed',
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }
  process.off('disconnect', abandoned);
  if (process.connected) process.disconnect();
});

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}
