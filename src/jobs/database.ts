import { type Dialect, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type ConstructorOptions, fromPglite } from 'pg-boss';
import { UserError } from '../ground/errors.ts';
import { openPglite, pgliteDialect } from './pglite.ts';

/** Where a database is: a PostgreSQL server, or PGlite in a directory that one process opens at a time. */
export type DatabasePlace = { readonly url: string } | { readonly directory?: string };

/** A database that queries and queues share, so that one transaction can hold both. */
export interface Database<Schema> {
  readonly engine: 'postgres' | 'pglite';
  readonly kysely: Kysely<Schema>;
  /** How queues reach the same database. */
  readonly queues: Pick<ConstructorOptions, 'connectionString' | 'db' | 'backend' | 'max'>;
  close(): Promise<void>;
}

/** Connections of a process to PostgreSQL: for queries, and for queues. */
const QUERY_CONNECTIONS = 10;
const QUEUE_CONNECTIONS = 4;
const CONNECT_MS = 10_000;

/**
 * Opens a database. A PGlite directory is locked for this process; without a directory it is kept in memory. Throws a
 * UserError: `in-use`, `database-unreadable`, `bad-database-url` or `database-unreachable`, none of which shows the
 * password of a URL.
 *
 * @example
 * ```ts
 * const database = await openDatabase<Schema>({ directory: 'site/database' });
 * await database.kysely.selectFrom('team').selectAll().execute();
 * await database.close();
 * ```
 */
export const openDatabase = <Schema>(place: DatabasePlace): Promise<Database<Schema>> =>
  'url' in place ? openPostgres<Schema>(place.url) : openEmbedded<Schema>(place.directory);

async function openEmbedded<Schema>(directory: string | undefined): Promise<Database<Schema>> {
  const { pglite, close } = await openPglite(directory);
  const kysely = kyselyOf<Schema>(pgliteDialect(pglite));
  return {
    engine: 'pglite',
    kysely,
    queues: { db: fromPglite(pglite), backend: 'pglite' },
    close,
  };
}

async function openPostgres<Schema>(url: string): Promise<Database<Schema>> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw badUrl();
  const pool = new pg.Pool({
    connectionString: url,
    max: QUERY_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
  });
  pool.on('connect', keepPlans);
  // An idle connection that the server closes is replaced; queries report their own errors.
  pool.on('error', () => undefined);
  const kysely = kyselyOf<Schema>(new PostgresDialect({ pool }));
  try {
    await pool.query('select 1');
  } catch (error) {
    await kysely.destroy();
    throw unreachable(url, error);
  }
  return {
    engine: 'postgres',
    kysely,
    queues: { connectionString: url, backend: 'postgres', max: QUEUE_CONNECTIONS },
    close: () => kysely.destroy(),
  };
}

/** Statements whose plans a connection keeps. */
const KEPT_PLANS = 200;
/** The columns of `*` may change while a server runs, and such a plan would then be refused. */
const HAS_STAR = /\bselect\s+\*|\.\*/i;

/** Makes a connection parse and plan each statement once: that costs more than executing it. */
function keepPlans(client: pg.ClientBase): void {
  const names = new Map<string, string>();
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const planned = (text: unknown, values: unknown, ...rest: unknown[]): unknown => {
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0 || HAS_STAR.test(text))
      return query(text, values, ...rest);
    const name = names.get(text) ?? (names.size < KEPT_PLANS ? `plan-${names.size}` : undefined);
    if (name !== undefined) names.set(text, name);
    return query({ name, text, values }, ...rest);
  };
  Object.assign(client, { query: planned });
}

const kyselyOf = <Schema>(dialect: Dialect): Kysely<Schema> => new Kysely<Schema>({ dialect });

const badUrl = (): UserError =>
  new UserError(
    'bad-database-url',
    { en: 'This is no address of a PostgreSQL database', zh: '这不是 PostgreSQL 数据库地址' },
    {
      hint: {
        en: 'Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
        zh: '格式为 postgres://用户:密码@主机:端口/数据库。',
      },
    },
  );

function unreachable(url: string, error: unknown): UserError {
  const { host, pathname } = new URL(url);
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return new UserError(
    'database-unreachable',
    {
      en: `The database ${host}${pathname} cannot be used: ${reason}`,
      zh: `无法使用数据库 ${host}${pathname}：${reason}`,
    },
    {
      hint: {
        en: 'Check that the server runs, and the user and database of the address.',
        zh: '请确认服务器正在运行，且地址中的用户与数据库无误。',
      },
    },
  );
}
