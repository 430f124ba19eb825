import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../ground/errors.ts';
import { explainFileError, makeDirectory } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import type { Task } from '../tasks/task.ts';
import { parseChallenge } from './challenge.ts';
import { createChallenge } from './challenges.ts';
import { createKey } from './keyring.ts';
import type { Site } from './site.ts';
import { type Actor, issueToken, revokeTokens } from './tokens.ts';

const ADMIN: Actor = { role: 'admin' };
/** The quota of tasks that are opened without a challenge file: per day, and in all. */
const QUOTA = { day: 100, total: 1000 };

/**
 * Creates the key file if it is absent, readable by its owner only. Of several processes at once, only one creates it:
 * replacing it would make data that another has encrypted unreadable. Throws a UserError where it cannot be written.
 */
export async function ensureKeyFile(file: string): Promise<void> {
  if (await stat(file).catch(() => undefined)) return;
  await makeDirectory(dirname(file));
  const own = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(own, `${createKey()}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await linkNew(own, file);
  } catch (error) {
    throw explainFileError(error, file);
  } finally {
    await rm(own, { force: true });
  }
}

/** Gives a file a second name, unless that name exists. */
async function linkNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // The file system has no hard links.
      return copyFile(from, to, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** An admin token, shown here once: where there is none yet, or in place of the existing ones. */
export async function adminToken(
  { kysely }: Site,
  { renew = false }: { readonly renew?: boolean } = {},
): Promise<string | undefined> {
  const grant = { role: 'admin', subject: '' } as const;
  return kysely.transaction().execute(async (transaction) => {
    const admins = transaction.selectFrom('token').select('hash').where('role', '=', 'admin');
    const known = await admins.executeTakeFirst();
    if (known && !renew) return undefined;
    if (known) await revokeTokens(transaction, ADMIN, { role: 'admin' });
    return issueToken(transaction, ADMIN, grant);
  });
}

/** A task that could not be opened. */
export interface LeftOut {
  readonly task: Task;
  readonly error: UserError;
}

/**
 * Opens tasks as challenges for everyone, with practice on dev and a blind phase on test, each where the split has gold.
 * Returns those that cannot be opened: a split is absent, or has no gold.
 */
export async function openTasks(
  site: Site,
  tasks: readonly Task[],
  { dir, goldReaders }: { readonly dir: string; readonly goldReaders: Text },
): Promise<LeftOut[]> {
  const left: LeftOut[] = [];
  for (const task of tasks) {
    const declared = parseChallenge({
      id: task.id,
      title: task.title,
      task: task.id,
      goldReaders,
      phases: { practice: { split: 'dev', quota: QUOTA }, test: { split: 'test', quota: QUOTA } },
    });
    try {
      await createChallenge(site, ADMIN, { declared, task, dir });
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'worker-died') throw error;
      left.push({ task, error });
    }
  }
  return left;
}

/** Whether a server has no challenge yet. */
export async function isEmpty({ kysely }: Pick<Site, 'kysely'>): Promise<boolean> {
  return (await kysely.selectFrom('challenge').select('id').executeTakeFirst()) === undefined;
}
