import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The Python that bench/peers/setup.sh installs: in $CHINESEBLUE_PEERS, otherwise in the user's cache. */
export const PEER_PYTHON = join(
  process.env.CHINESEBLUE_PEERS ?? join(homedir(), '.cache/chineseblue-peers'),
  'bin/python',
);

/** `--python PATH` of the command line, else `PEER_PYTHON`. */
export function peerPython(): string {
  const flag = process.argv.indexOf('--python');
  return flag > 0 ? process.argv[flag + 1] : PEER_PYTHON;
}

/** A Python program of bench/peers that answers one line of JSON with one line of JSON; its first line has its versions. */
export interface Peer {
  readonly versions: Readonly<Record<string, string>>;
  ask<Answer>(request: object): Promise<Answer>;
  stop(): void;
}

/** Starts it. Rejects where that Python is absent or cannot start it. */
export async function startPeer(script: string): Promise<Peer> {
  const path = new URL(`peers/${script}`, import.meta.url).pathname;
  const child: ChildProcess = spawn(peerPython(), [path], { stdio: ['pipe', 'pipe', 'inherit'] });
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
