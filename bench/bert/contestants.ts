/** Processes measured alternately: each does its work once per line on stdin and prints its resource use. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Measured {
  /** Wall clock. */
  readonly ms: number;
  /** CPU time of all threads, in ms. */
  readonly cpu: number;
  /** Peak memory so far, in MiB. */
  readonly rss: number;
  /** A loss or a digest of the outputs, to make sure that the work was done. */
  readonly value: number;
}

export interface Contestant {
  step(): Promise<Measured>;
  end(): Promise<void>;
}

/** Starts a process and waits until it says `ready`. */
export async function start(command: string, parameters: readonly string[]): Promise<Contestant> {
  const child: ChildProcess = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  if ((await lines.next()).value !== 'ready') throw new Error(`${command} ${parameters[0]} did not start`);
  return {
    async step() {
      child.stdin!.write('\n');
      return JSON.parse(String((await lines.next()).value));
    },
    end: () => {
      child.stdin!.end();
      return closed;
    },
  };
}

/** The counterpart of `start`: runs `work` once per line. */
export async function serve(work: () => Promise<number>): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _line of createInterface({ input: process.stdin })) {
    const used = process.cpuUsage();
    const began = performance.now();
    const value = await work();
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(used);
    const rss = process.resourceUsage().maxRSS / 1024;
    const measured: Measured = { ms, cpu: (user + system) / 1000, value, rss };
    process.stdout.write(`${JSON.stringify(measured)}\n`);
  }
}

export const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Each contestant once per round, after one warm-up round. */
export async function interleave(
  contestants: Readonly<Record<string, Contestant>>,
  rounds: number,
): Promise<Record<string, Measured[]>> {
  const measured: Record<string, Measured[]> = {};
  for (let round = -1; round < rounds; round++) {
    for (const [who, contestant] of Object.entries(contestants)) {
      const result = await contestant.step();
      measured[who] ??= [];
      if (round >= 0) measured[who].push(result);
    }
  }
  for (const contestant of Object.values(contestants)) await contestant.end();
  return measured;
}
