/** Interleaves long runs fairly on a shared machine: each runs for a while and is paused while the others run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

export interface Runner {
  readonly command: string;
  readonly parameters: readonly string[];
}

export interface Ran {
  /** Running time, without pauses, from `ready` to its end. */
  readonly seconds: number;
  /** Its last output: JSON. */
  readonly said: Record<string, unknown>;
}

interface Started {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  last: string;
  seconds: number;
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** Starts a process, waits until it says `ready`, and stops it there. */
async function start({ command, parameters }: Runner): Promise<Started> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const started: Started = { child, closed: once(child, 'close'), last: '', seconds: 0 };
  const lines = createInterface({ input: child.stdout! });
  lines.on('line', (line) => {
    started.last = line;
  });
  while (started.last !== 'ready') {
    if (!alive(child)) throw new Error(`${command} ${parameters.join(' ')} did not start`);
    await Promise.race([once(lines, 'line'), started.closed]);
  }
  child.kill('SIGSTOP');
  return started;
}

/** Runs all to completion, alternating in slices of `slice` seconds. Throws if one fails. */
export async function inSlices<Name extends string>(
  runners: Readonly<Record<Name, Runner>>,
  slice: number,
): Promise<Record<Name, Ran>> {
  const started: [Name, Started][] = [];
  for (const [name, runner] of Object.entries<Runner>(runners)) {
    started.push([name as Name, await start(runner)]);
  }
  while (started.some(([, { child }]) => alive(child))) {
    for (const [, one] of started) {
      if (!alive(one.child)) continue;
      const from = performance.now();
      one.child.kill('SIGCONT');
      await Promise.race([setTimeout(slice * 1000), one.closed]);
      one.child.kill('SIGSTOP');
      one.seconds += (performance.now() - from) / 1000;
    }
  }
  for (const [name, { child }] of started) if (child.exitCode !== 0) throw new Error(`${name} failed`);
  const results = started.map(([name, { last, seconds }]) => [name, { seconds, said: JSON.parse(last) }]);
  return Object.fromEntries(results);
}
