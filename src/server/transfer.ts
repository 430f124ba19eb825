import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { sql, type Transaction } from 'kysely';
import * as z from 'zod';
import { UserError } from '../ground/errors.ts';
import { explainFileError, writeAtomic } from '../ground/files.ts';
import { entriesOf, followChain } from './audit-log.ts';
import { type Challenge, NAME } from './challenge.ts';
import { isEmpty } from './first-start.ts';
import type { Schema } from './schema.ts';
import type { Site } from './site.ts';

const SCHEMA = 'server-export@1';
/**
 * Every table except sessions and those maintained by triggers, referenced ones first, each with the columns by which its rows
 * are ordered.
 */
const TABLES = {
  challenge: ['id'],
  split: ['challenge', 'name'],
  team: ['id'],
  invitation: ['challenge', 'team'],
  token: ['hash'],
  membership: ['issuer', 'subject'],
  invite: ['hash'],
  submission: ['id'],
  replicate: ['submission'],
  pair: ['a', 'b'],
  reproduction: ['submission'],
  audit: ['seq'],
} as const satisfies {
  readonly [T in Exclude<keyof Schema, 'session' | 'standing' | 'board'>]: readonly (keyof Schema[T] &
    string)[];
};
type TableName = keyof typeof TABLES;
/** The names of all that is exported. */
export const NAMES = Object.keys(TABLES) as TableName[];
/** Rows held in memory: some contain files. */
const PAGE = 50;

type Row = Readonly<Record<string, unknown>>;

/**
 * Writes all data of a server to a file, whole or not at all: gold stays encrypted, tokens are hashes, the audit log keeps its
 * chain. Returns the number of rows.
 */
export async function exportSite({ kysely }: Site, file: string): Promise<number> {
  let rows = 0;
  async function* lines(transaction: Transaction<Schema>): AsyncGenerator<string> {
    yield `${JSON.stringify({ chineseblue: SCHEMA })}\n`;
    for (const table of NAMES)
      for await (const row of rowsOf(transaction, table)) {
        rows++;
        yield `${JSON.stringify({ table, row: written(row) })}\n`;
      }
    yield `${JSON.stringify({ end: rows })}\n`;
  }
  const snapshot = kysely.transaction().setIsolationLevel('repeatable read');
  await snapshot.execute((transaction) =>
    pipeline(Readable.from(lines(transaction)), createGzip(), (parts) => writeAtomic(file, parts)),
  );
  return rows;
}

async function* rowsOf(transaction: Transaction<Schema>, table: TableName): AsyncGenerator<Row> {
  const order = sql.join(TABLES[table].map((column) => sql.ref(column)));
  for (let offset = 0; ; offset += PAGE) {
    const page = await sql<Row>`
      select * from ${sql.table(table)} order by ${order} limit ${PAGE} offset ${offset}
    `.execute(transaction);
    yield* page.rows;
    if (page.rows.length < PAGE) return;
  }
}

/** A row as JSON: bytes, times and non-finite numbers are tagged with their type. */
const written = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (value instanceof Uint8Array) return [column, { bytes: Buffer.from(value).toString('base64') }];
      if (value instanceof Date) return [column, { moment: value.toISOString() }];
      if (typeof value === 'number' && !Number.isFinite(value)) return [column, { number: String(value) }];
      return [column, value !== null && typeof value === 'object' ? { json: value } : value];
    }),
  );

const cell = z.union([
  z.strictObject({ bytes: z.base64() }).transform(({ bytes }) => Buffer.from(bytes, 'base64')),
  z.strictObject({ moment: z.iso.datetime() }).transform(({ moment }) => new Date(moment)),
  z
    .strictObject({ number: z.enum(['NaN', 'Infinity', '-Infinity']) })
    .transform(({ number }) => Number(number)),
  z.strictObject({ json: z.unknown() }).transform(({ json }) => JSON.stringify(json)),
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
]);
const line = z.union([
  z.strictObject({ chineseblue: z.literal(SCHEMA) }),
  z.strictObject({ table: z.enum(NAMES), row: z.record(z.string().regex(/^[a-z_0-9]+$/), cell) }),
  z.strictObject({ end: z.int() }),
]);

/**
 * Imports what `exportSite` wrote into an empty server, in one transaction; submissions that waited to be scored are queued
 * again. Throws a UserError: `not-empty`, `bad-export` with the line, or `log-broken`. Returns the number of rows.
 */
export async function importSite(site: Site, file: string): Promise<number> {
  const { kysely } = site;
  if (!(await isEmpty({ kysely }))) throw notEmpty();
  const queues = new Map<string, Site['queue']>();
  for (const { id, gold } of await challengesIn(file)) queues.set(id, await site.queueOf({ id, gold }));
  return kysely.transaction().execute(async (transaction) => {
    // The first start may have written a token and an entry about it.
    await clear(transaction);
    const rows = await readRows(transaction, file);
    const waiting = await transaction
      .selectFrom('submission')
      .select(['id', 'challenge'])
      .where('state', '=', 'queued')
      .execute();
    for (const [challenge, own] of Map.groupBy(waiting, ({ challenge }) => challenge)) {
      const jobs = own.map(({ id }) => ({ id, data: { submission: id } }));
      await queues.get(challenge)?.enqueueAll(jobs, transaction);
    }
    const verdict = await followChain(entriesOf(transaction));
    if (!verdict.intact) throw broken(file, verdict.brokenAt);
    return rows;
  });
}

/** Throws a UserError `bad-export` for a file that does not begin as `exportSite` writes one, before a server is made for it. */
export async function requireExport(file: string): Promise<void> {
  let isExport: boolean | undefined;
  const read = async (parts: AsyncIterable<Buffer>): Promise<void> => {
    for await (const text of linesOf(parts)) {
      isExport = 'chineseblue' in line.parse(JSON.parse(text));
      return;
    }
  };
  try {
    await pipeline(createReadStream(file), createGunzip(), read);
  } catch (error) {
    // The rest of the file is not read, which ends the stream early.
    if (isExport === undefined) throw unreadable(error, file, 0);
  }
  if (!isExport) throw badExport(file, 1);
}

const declaration = z.object({
  id: z.string().regex(NAME),
  gold: z.enum(['server', 'remote']).default('server'),
});

/** The challenges of an export, as far as it can be read: errors are reported when its rows are read. */
async function challengesIn(file: string): Promise<Pick<Challenge, 'id' | 'gold'>[]> {
  const found: Pick<Challenge, 'id' | 'gold'>[] = [];
  const read = async (parts: AsyncIterable<Buffer>): Promise<void> => {
    for await (const text of linesOf(parts)) {
      const parsed = line.parse(JSON.parse(text));
      if (!('table' in parsed)) continue;
      if (parsed.table !== 'challenge') return;
      found.push(declaration.parse(JSON.parse(String(parsed.row.declared))));
    }
  };
  await pipeline(createReadStream(file), createGunzip(), read).catch(() => undefined);
  return found;
}

async function clear(transaction: Transaction<Schema>): Promise<void> {
  await sql`truncate ${sql.join(NAMES.map((name) => sql.table(name)))}`.execute(transaction);
}

async function readRows(transaction: Transaction<Schema>, file: string): Promise<number> {
  let number = 0;
  let rows = 0;
  let end: number | undefined;
  const read = async (text: string): Promise<void> => {
    number++;
    const parsed = line.parse(JSON.parse(text));
    if ('chineseblue' in parsed !== (number === 1) || end !== undefined) throw badExport(file, number);
    if ('end' in parsed) end = parsed.end;
    if (!('table' in parsed)) return;
    await insert(transaction, parsed.table, parsed.row);
    rows++;
  };
  try {
    await pipeline(createReadStream(file), createGunzip(), async (parts: AsyncIterable<Buffer>) => {
      for await (const text of linesOf(parts)) await read(text);
    });
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(error, file, number);
  }
  if (end !== rows) throw badExport(file, number);
  return rows;
}

async function* linesOf(parts: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // A line may be a whole file of answers, in very many parts.
  let rest: string[] = [];
  for await (const part of parts) {
    const [first, ...others] = decoder.decode(part, { stream: true }).split('\n');
    rest.push(first);
    for (const begun of others) {
      yield rest.join('');
      rest = [begun];
    }
  }
  if (rest.join('') !== '') yield rest.join('');
}

const insert = (transaction: Transaction<Schema>, table: TableName, row: Row): Promise<unknown> =>
  sql`insert into ${sql.table(table)} (${sql.join(Object.keys(row).map((column) => sql.ref(column)))})
    values (${sql.join(Object.values(row))})`.execute(transaction);

function unreadable(error: unknown, file: string, line: number): unknown {
  const explained = explainFileError(error, file);
  return explained instanceof UserError ? explained : badExport(file, line);
}

/** `line`: 0 where nothing could be read. */
const badExport = (file: string, line: number): UserError =>
  new UserError(
    'bad-export',
    { en: 'This is not a complete export of an evaluation server', zh: '这不是完整的评测服务器导出文件' },
    { file, ...(line > 0 && { line }), hint: { en: 'Export it again.', zh: '请重新导出。' } },
  );

const broken = (file: string, entry: number): UserError =>
  new UserError(
    'log-broken',
    {
      en: `The audit log of the export is broken at entry ${entry}`,
      zh: `导出文件中的审计日志在第 ${entry} 条处断开`,
    },
    { file, hint: { en: 'Export it again.', zh: '请重新导出。' } },
  );

const notEmpty = (): UserError =>
  new UserError(
    'not-empty',
    { en: 'This server already has challenges', zh: '该服务器已有挑战赛' },
    { hint: { en: 'Import into a new directory or database.', zh: '请导入到新的目录或数据库。' } },
  );
