import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { createDirectory, explainFileError } from '../ground/files.ts';
import { type ExpectedFile, type Identity, identifyFile } from './identity.ts';

/** A partial file of another machine is taken over only if it has not grown for this long. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** How the names of partial files end. */
export const PARTIAL = '.part';
const OWNER = /\.([^.]*)-(\d+)-([0-9a-f]+)\.part$/;

/** The host name without the characters that separate the fields of a partial file's name. */
const host = (): string => hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';

/** A name that no other process writes to. */
const ownName = (destination: string): string =>
  `${destination}.${host()}-${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL}`;

/** Partial files of interrupted processes, by the destination that they were meant for. */
export type Leftovers = ReadonlyMap<string, readonly string[]>;

/** Looks once through the folders of `destinations`; files that a running process may still write are left out. */
export async function findLeftovers(destinations: readonly string[]): Promise<Leftovers> {
  const found = new Map<string, string[]>();
  for (const folder of new Set(destinations.map((destination) => dirname(destination)))) {
    for (const name of await readdir(folder).catch(() => [])) {
      const owner = OWNER.exec(name);
      const file = join(folder, name);
      if (!owner || !(await isAbandoned(file, owner[1], Number(owner[2])))) continue;
      const destination = join(folder, name.slice(0, owner.index));
      found.set(destination, [...(found.get(destination) ?? []), file]);
    }
  }
  return found;
}

/**
 * A temporary file next to `destination` for this process only. A leftover is taken over by renaming it, which
 * only one process can do, so that its bytes need not be fetched again.
 */
export async function claimPart(destination: string, leftovers?: Leftovers): Promise<string> {
  const own = ownName(destination);
  try {
    await createDirectory(dirname(destination));
    for (const file of leftovers?.get(destination) ?? []) {
      try {
        await rename(file, own);
        return own;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  } catch (error) {
    throw explainFileError(error, dirname(destination));
  }
  return own;
}

/** Removes the leftovers of a destination that is complete. */
export async function dropLeftovers(destination: string, leftovers: Leftovers): Promise<void> {
  for (const file of leftovers.get(destination) ?? []) await rm(file, { force: true });
}

async function isAbandoned(file: string, ownerHost: string, pid: number): Promise<boolean> {
  if (ownerHost === host()) return !isAlive(pid);
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Moves a finished file into place if it matches its expected identity, and removes it otherwise. Returns
 * its identity. Throws a UserError (`wrong-hash`) that names both hashes.
 */
export async function settlePart(
  part: string,
  destination: string,
  expected: ExpectedFile,
): Promise<Identity> {
  const found = await identifyFile(part);
  const wrong = (['gitBlob', 'sha256', 'bytes'] as const).find(
    (name) => expected[name] !== undefined && expected[name] !== found[name],
  );
  if (wrong) {
    await rm(part, { force: true });
    throw new UserError(
      'wrong-hash',
      {
        en: `This is not the official ${expected.path}: ${NAMES[wrong].en} ${found[wrong]} (${found.bytes} bytes), expected ${expected[wrong]}`,
        zh: `不是官方的 ${expected.path}：${NAMES[wrong].zh} 为 ${found[wrong]}（${found.bytes} 字节），应为 ${expected[wrong]}`,
      },
      {
        file: destination,
        hint: {
          en: 'Nothing was kept. Try again, or use another copy with --from.',
          zh: '未保留任何内容。请重试，或用 --from 指定其他副本。',
        },
      },
    );
  }
  try {
    await rename(part, destination);
  } catch (error) {
    throw explainFileError(error, destination);
  }
  return found;
}

const NAMES = {
  gitBlob: { en: 'git blob', zh: 'git blob' },
  sha256: { en: 'SHA-256', zh: 'SHA-256' },
  bytes: { en: 'size', zh: '大小' },
} as const;
