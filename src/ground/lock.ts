import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { UserError } from './errors.ts';
import { createDirectory, explainFileError } from './files.ts';

/**
 * A lock is a directory that appears by one rename, with its owner already written inside. No process ever replaces or
 * removes the lock of another: a process that finds the owner of `lock` dead adds the successor `lock.<token of the
 * dead>`, again by one rename, which succeeds for one process only. The holder is the last of this chain, and only the
 * holder may take the chain down. Tokens are never used twice, so a successor of a chain that has been taken down leads
 * nowhere: its maker sees that when it walks the chain again.
 */
export interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started, so that a later process with the same number is not mistaken for it; '' where unknown. */
  readonly born: string;
}

export interface Lock extends AsyncDisposable {
  readonly release: () => Promise<void>;
}

const OWNER = 'owner.json';
const ownerJson = z.object({
  token: z.string().regex(/^[\w-]+$/),
  pid: z.int().min(1),
  host: z.string(),
  born: z.string(),
});
/** More rounds than any number of processes loses in a row; a file system that refuses every rename ends here. */
const ATTEMPTS = 1000;
/** A candidate stands for milliseconds; one of this age was left by a process of another host that died. */
const ABANDONED_MS = 60 * 60_000;
/** What a rename onto a directory that exists fails with, on the systems that Node runs on. */
const TAKEN: ReadonlySet<string | undefined> = new Set(['EEXIST', 'ENOTEMPTY', 'EPERM', 'ENOTDIR']);

/**
 * Takes the lock at `path` (not the file or directory that it guards) for this process.
 * A lock whose owner is gone is taken over. Throws a UserError `in-use` while another process holds it, on this machine
 * or (which cannot be checked from here) on another one.
 *
 * @example
 * ```ts
 * await using lock = await acquireLock('runs/cMedIC-test-linear/lock');
 * ```
 */
export async function acquireLock(path: string, owner: Owner = self()): Promise<Lock> {
  const candidate = `${path}.new-${plainHost(owner.host)}-${owner.pid}-${owner.token}`;
  try {
    await prepare(candidate, owner);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const chain = await walk(path);
      const last = chain.at(-1);
      if (last && isAlive(last)) throw inUse(path, last);
      if (!(await renamed(candidate, last ? successor(path, last) : path))) continue;
      const now = await walk(path);
      if (now.at(-1)?.token === owner.token) return lockOf(path, owner);
      // The chain was taken down in between, so this successor has no predecessor.
      if (last) await discard(successor(path, last));
      await prepare(candidate, owner);
    }
    throw new UserError(
      'lock-impossible',
      { en: 'No lock can be created here', zh: '此处无法加锁' },
      {
        file: path,
        hint: {
          en: 'Use a directory on a local disk that you may write to.',
          zh: '请使用本地磁盘上可写的目录。',
        },
      },
    );
  } catch (error) {
    await discard(candidate);
    throw explainFileError(error, path);
  }
}

async function prepare(candidate: string, owner: Owner): Promise<void> {
  await createDirectory(candidate);
  await writeFile(join(candidate, OWNER), JSON.stringify(owner), { flush: true });
}

function lockOf(path: string, owner: Owner): Lock {
  const release = async (): Promise<void> => {
    const chain = await walk(path);
    if (chain.at(-1)?.token !== owner.token) return;
    await sweep(path, chain);
    // From here on the successors lead nowhere.
    const gone = `${path}.old-${owner.token}`;
    await rename(path, gone);
    for (const at of [gone, ...chain.slice(0, -1).map((before) => successor(path, before))])
      await discard(at);
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** Who this process is, under a token of its own for every lock. */
export const self = (): Owner => ({
  token: randomUUID(),
  pid: process.pid,
  host: hostname(),
  born: birthOf(process.pid),
});

const successor = (path: string, { token }: Owner): string => `${path}.${token}`;

/** The owners from the lock itself to the one that holds it; empty where nobody does. */
async function walk(path: string): Promise<Owner[]> {
  const chain: Owner[] = [];
  for (let at = path; ; at = successor(path, chain.at(-1)!)) {
    const owner = await readOwner(at);
    if (!owner) return chain;
    chain.push(owner);
  }
}

async function readOwner(lock: string): Promise<Owner | undefined> {
  const file = join(lock, OWNER);
  try {
    return ownerJson.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
    throw new UserError(
      'damaged-lock',
      { en: 'This lock does not say who holds it', zh: '该锁未记录持有者' },
      {
        file,
        hint: {
          en: `Make sure that no other process is at work here, then remove ${lock}.`,
          zh: `请确认没有其他进程在此工作，然后删除 ${lock}。`,
        },
      },
    );
  }
}

/** Whether the rename happened; false if that name already exists. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (TAKEN.has((error as NodeJS.ErrnoException).code)) return false;
    throw error;
  }
}

/**
 * Removes what dead processes left next to the lock. Only the holder may: while it holds the lock its chain does not
 * change, so that what is not part of it never will be.
 */
async function sweep(path: string, chain: readonly Owner[]): Promise<void> {
  const prefix = `${basename(path)}.`;
  const reachable = new Set(chain.map(({ token }) => token));
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const at = join(dirname(path), name);
    const token = name.slice(prefix.length);
    if (token.startsWith('old-') || (await isLeftover(at, token, reachable))) await discard(at);
  }
}

/** Removes a directory that nobody needs; what another process removes or fills at the same moment, the next holder does. */
const discard = (at: string): Promise<void> =>
  rm(at, { recursive: true, force: true }).catch(() => undefined);

/** Whether a candidate was never finished, or a successor leads nowhere and its maker cannot take it back. */
async function isLeftover(at: string, token: string, reachable: ReadonlySet<string>): Promise<boolean> {
  if (reachable.has(token)) return false;
  if (token.startsWith('new-')) {
    // its maker may have died before it wrote the owner
    const [, host, pid] = /^new-(\w*)-(\d+)-/.exec(token) ?? [];
    if (host === plainHost(hostname()) && !isRunning(Number(pid))) return true;
    const made = await stat(at).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > ABANDONED_MS;
  }
  const owner = await readOwner(at);
  return owner !== undefined && !isAlive(owner);
}

/** The host name without the characters that separate the parts of a candidate's name. */
const plainHost = (host: string): string => host.replaceAll(/\W/g, '');

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAlive({ pid, host, born }: Owner): boolean {
  if (host !== hostname()) return true;
  if (!isRunning(pid)) return false;
  const known = birthOf(pid);
  return known === '' || born === '' || known === born;
}

/** Boot and start time of a process if the system provides them (Linux), else ''. */
function birthOf(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, which may contain anything, is in parentheses; the start time is the 20th field after it.
    const started = line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${started}`;
  } catch {
    return '';
  }
}

/** What a lock is for: the directory that it is in, or the file or directory that it is named after. */
const lockedBy = (path: string): string => path.replace(/(\.(training|partial))?\.lock$|[\\/]lock$/, '');

function inUse(path: string, { pid, host }: Owner): UserError {
  return new UserError(
    'in-use',
    {
      en: `Another process (${pid} on ${host}) is using ${lockedBy(path)}`,
      zh: `另一进程（${host} 上的 ${pid}）正在使用 ${lockedBy(path)}`,
    },
    {
      file: path,
      hint: {
        en: 'Wait for it to end. If it is gone for good, remove this lock.',
        zh: '请等待其结束；若确认该进程已不存在，请删除此锁。',
      },
    },
  );
}
