import { setImmediate } from 'node:timers/promises';

/** How long a loop may keep the event loop to itself, in milliseconds. */
const SLICE_MS = 50;

/**
 * For long loops: `await yieldNow()` at safe points throws the signal's reason once it is aborted and lets
 * the event loop run (for Ctrl-C, progress bars) when the loop has held it for `SLICE_MS`.
 */
export function createYielder(signal?: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  const rest = async (): Promise<void> => {
    await setImmediate();
    since = performance.now();
    signal?.throwIfAborted();
  };
  return () => {
    signal?.throwIfAborted();
    return performance.now() - since < SLICE_MS ? undefined : rest();
  };
}
