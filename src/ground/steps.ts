/** Work that may be interrupted between its steps, so that the event loop runs and Ctrl-C is handled. */
export type Steps<T> = Generator<void, T, void>;

/** Takes all steps at once. */
export function takeSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Takes all steps, yielding (`createYielder`) after each. */
export async function takeStepsYielding<T>(
  steps: Steps<T>,
  rest: () => Promise<void> | undefined,
): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    const pause = rest();
    if (pause) await pause;
  }
}
