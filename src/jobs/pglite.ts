import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type DatabaseConnection, type Dialect, type Driver, PGliteDialect } from 'kysely';
import { UserError } from '../ground/errors.ts';
import { makeDirectory } from '../ground/files.ts';
import { acquireLock, type Lock } from '../ground/lock.ts';

/** A PGlite that only this process has open. */
export interface OwnedPglite {
  readonly pglite: PGlite;
  close(): Promise<void>;
}

/**
 * Opens PGlite in a directory, made where it is absent, or in memory where none is named. PGlite itself lets a second
 * process write into a directory that is open, so the directory has a lock of ours: throws a UserError `in-use` where
 * another process holds it, and `database-unreadable` where the files are not those of a database.
 */
export async function openPglite(directory?: string): Promise<OwnedPglite> {
  if (directory === undefined) {
    const pglite = await PGlite.create();
    return { pglite, close: () => pglite.close() };
  }
  await makeDirectory(directory);
  const lock = await acquireLock(join(directory, 'lock'));
  try {
    const pglite = await PGlite.create(join(directory, 'pglite'));
    return { pglite, close: () => closeAndUnlock(pglite, lock) };
  } catch (error) {
    await lock.release();
    throw unreadable(directory, error);
  }
}

async function closeAndUnlock(pglite: PGlite, lock: Lock): Promise<void> {
  try {
    await pglite.close();
  } finally {
    await lock.release();
  }
}

function unreadable(directory: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    'database-unreadable',
    { en: `The database cannot be opened: ${reason}`, zh: `无法打开数据库：${reason}` },
    {
      file: directory,
      hint: {
        en: 'Choose an empty directory, or one that this version of chineseblue has made.',
        zh: '请选择空目录，或由本版本 chineseblue 创建的目录。',
      },
    },
  );
}

/**
 * Kysely's dialect of PGlite, one user at a time: without this, a query during an open transaction becomes part of it, and of
 * two transactions that begin together the first never ends.
 */
export function pgliteDialect(pglite: PGlite): Dialect {
  const dialect = new PGliteDialect({ pglite });
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => oneAtATime(dialect.createDriver()),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

/** A driver that lends its one connection to one borrower after the other. */
function oneAtATime(driver: Driver): Driver {
  let last: Promise<void> = Promise.resolve();
  const returned = new WeakMap<DatabaseConnection, () => void>();
  return {
    init: (options) => driver.init(options),
    destroy: () => driver.destroy(),
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    async acquireConnection(options) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      const connection = await driver.acquireConnection(options);
      returned.set(connection, resolve);
      return connection;
    },
    async releaseConnection(connection) {
      await driver.releaseConnection(connection);
      returned.get(connection)?.();
    },
  };
}
