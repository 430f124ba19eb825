import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { PEER_PYTHON } from '../peer-python.ts';

/** A Python program of bench/peers that answers one line of JSON with one line of JSON. */
export interface Peer {
  readonly versions: Readonly<Record<string, string>>;
  ask<Answer>(request: object): Promise<Answer>;
  stop(): void;
}

/** Starts it with the Python of bench/peers/setup.sh, or `--python PATH`. Rejects where that cannot be started. */
export async function startPeer(script: string): Promise<Peer> {
  const flag = process.argv.indexOf('--python');
  const python = flag > 0 ? process.argv[flag + 1] : PEER_PYTHON;
  const path = new URL(`../peers/${script}`, import.meta.url).pathname;
  const child: ChildProcess = spawn(python, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise<undefined>((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = (await Promise.race([lines.next(), gone]))?.value;
    if (line === undefined)
      throw new Error(`${script} does not answer: run bench/peers/setup.sh, or pass --python`);
    return line;
  };
  const versions = JSON.parse(await next());
  return {
    versions,
    async ask(request) {
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await next());
    },
    stop: () => child.stdin!.end(),
  };
}

/** The data directory: `--data-dir`, else `CHINESEBLUE_DATA`. */
export function dataDirectory(): string {
  const flag = process.argv.indexOf('--data-dir');
  const directory = flag > 0 ? process.argv[flag + 1] : process.env.CHINESEBLUE_DATA;
  if (!directory) throw new Error('set CHINESEBLUE_DATA, or pass --data-dir');
  return directory;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];

/** Where and when: for every file of results. */
export const circumstances = () => ({
  date: new Date().toISOString(),
  hardware: `${cpus().length} × ${cpus()[0].model}`,
  node: process.version,
});
