export interface PeerAnswer {
  readonly seconds: number;
  /** Of the processor: steadier than the clock on a busy machine. */
  readonly cpuSeconds: number;
  readonly score: number;
  readonly peakBytes: number;
}

/** Starts a timer; calling it gives the wall time and CPU time (all threads) since then, in seconds. */
export function startClock(): () => { seconds: number; cpuSeconds: number } {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}
