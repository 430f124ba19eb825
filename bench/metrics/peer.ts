import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PEER_PYTHON } from '../peer-python.ts';

export interface PeerAnswer {
  readonly seconds: number;
  /** Of the processor: steadier than the clock on a busy machine. */
  readonly cpuSeconds: number;
  readonly score: number;
  readonly peakBytes: number;
}

export interface Peer {
  readonly versions: Readonly<Record<string, string>>;
  ask(request: object): Promise<PeerAnswer>;
  stop(): void;
}

/** The Python of bench/peers/setup.sh, or `--python PATH`. */
export function peerPython(argv: readonly string[]): string {
  const flag = argv.indexOf('--python');
  return flag > 0 ? argv[flag + 1] : PEER_PYTHON;
}

/** Starts bench/peers/metrics_peer.py; undefined where that Python is absent or cannot start it. */
export async function startPeer(python: string): Promise<Peer | undefined> {
  const script = new URL('../peers/metrics_peer.py', import.meta.url).pathname;
  const child: ChildProcess = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => (await Promise.race([lines.next(), failed]))?.value;
  const hello = await next();
  if (hello === undefined) return undefined;
  return {
    versions: JSON.parse(hello),
    async ask(request) {
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      const answer = await next();
      if (answer === undefined) throw new Error('the peer stopped');
      return JSON.parse(answer);
    },
    stop: () => child.stdin!.end(),
  };
}

/** Starts a clock; calling it gives seconds since then by the clock and by the processor (all threads). */
export function startClock(): () => { seconds: number; cpuSeconds: number } {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];
