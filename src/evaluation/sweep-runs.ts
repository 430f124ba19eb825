import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql, type Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import { writeAtomic } from '../ground/files.ts';
import { makeWhole } from '../ground/staging.ts';
import { RUN_FILES, readRun, type StoredRun } from './store.ts';

/** Runs that workers stored in the database: their files in parts, each content once. */
export interface StoredRunsSchema {
  /** `stored_at` has a default. */
  sweep_run: { run: string; stored_at?: Date };
  sweep_file: { run: string; name: string; part: number; sha256: string };
  sweep_blob: { sha256: string; content: Uint8Array };
}

/** The files that a record names by hash, without checkpoints and training logs. */
const FILES = [RUN_FILES.record, RUN_FILES.answers, RUN_FILES.predictions, RUN_FILES.scores];
const PART_BYTES = 8 << 20;
/** Runs that are older are removed from the database. */
const KEPT_DAYS = 30;

/** Makes the tables where they are absent, and removes what is older than `KEPT_DAYS`. */
export async function prepareStoredRuns<S extends StoredRunsSchema>(
  transaction: Transaction<S>,
): Promise<void> {
  await sql`create table if not exists sweep_run (
    run text primary key, stored_at timestamptz not null default now()
  )`.execute(transaction);
  await sql`create table if not exists sweep_blob (sha256 text primary key, content bytea not null)`.execute(
    transaction,
  );
  await sql`create table if not exists sweep_file (
    run text not null references sweep_run on delete cascade, name text not null, part int not null,
    sha256 text not null references sweep_blob, primary key (run, name, part)
  )`.execute(transaction);
  await sql`create index if not exists sweep_file_sha256 on sweep_file (sha256)`.execute(transaction);
  const { numAffectedRows } = await sql`delete from sweep_run
    where stored_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(transaction);
  if (numAffectedRows)
    await sql`delete from sweep_blob where not exists
      (select from sweep_file where sweep_file.sha256 = sweep_blob.sha256)`.execute(transaction);
}

/** Stores a finished run unless it exists: its id names everything that it depends on, so an existing one is the same. */
export async function storeRun(
  transaction: Transaction<StoredRunsSchema>,
  run: string,
  directory: string,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('sweep_run')
    .values({ run })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (!numInsertedOrUpdatedRows) return;
  for (const name of FILES) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    let part = 0;
    for await (const content of partsOf(path)) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      await transaction
        .insertInto('sweep_blob')
        .values({ sha256, content })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await transaction.insertInto('sweep_file').values({ run, name, part: part++, sha256 }).execute();
    }
  }
}

/** A file in parts; an empty file has one. */
async function* partsOf(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path);
  try {
    for (let position = 0; ; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, position);
      if (bytesRead === 0 && position > 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
      if (bytesRead === 0) return;
    }
  } finally {
    await handle.close();
  }
}

/** Whether a run is in the database. */
export const isStored = async (kysely: Kysely<StoredRunsSchema>, run: string): Promise<boolean> =>
  (await storedAmong(kysely, [run])).has(run);

/** Runs queried by one statement. */
const RUNS_PER_STATEMENT = 1000;

/** Which of the named runs are in the database. */
export async function storedAmong(
  kysely: Kysely<StoredRunsSchema>,
  runs: readonly string[],
): Promise<ReadonlySet<string>> {
  const stored = new Set<string>();
  for (let from = 0; from < runs.length; from += RUNS_PER_STATEMENT) {
    const asked = runs.slice(from, from + RUNS_PER_STATEMENT);
    const rows = await kysely.selectFrom('sweep_run').select('run').where('run', 'in', asked).execute();
    for (const { run } of rows) stored.add(run);
  }
  return stored;
}

/**
 * Writes a run of the database below `root`, whole or not at all, and reads it. Throws a UserError `stored-run-damaged` if it
 * was altered since it was stored, and those of `makeWhole` and `readRun`.
 */
export async function fetchRun(
  kysely: Kysely<StoredRunsSchema>,
  run: string,
  root: string,
): Promise<StoredRun> {
  const directory = join(root, run);
  const files = await kysely
    .selectFrom('sweep_file')
    .select(['name', 'sha256'])
    .where('run', '=', run)
    .orderBy('name')
    .orderBy('part')
    .execute();
  await makeWhole(directory, async (staging) => {
    for (const [name, parts] of Map.groupBy(files, ({ name }) => name))
      await writeAtomic(join(staging, name), contentsOf(kysely, run, parts));
    await readRun(staging);
  });
  return readRun(directory);
}

async function* contentsOf(
  kysely: Kysely<StoredRunsSchema>,
  run: string,
  parts: readonly { readonly sha256: string }[],
): AsyncGenerator<Uint8Array> {
  for (const { sha256 } of parts) {
    const { content } = await kysely
      .selectFrom('sweep_blob')
      .select('content')
      .where('sha256', '=', sha256)
      .executeTakeFirstOrThrow();
    if (createHash('sha256').update(content).digest('hex') !== sha256) throw damaged(run);
    yield content;
  }
}

const damaged = (run: string): UserError =>
  new UserError(
    'stored-run-damaged',
    {
      en: `The run ${run} in the database is not what was stored`,
      zh: `数据库中的运行 ${run} 与存入时不符`,
    },
    {
      hint: {
        en: 'Remove its row of the table sweep_run and run the same command again.',
        zh: '请删除表 sweep_run 中的对应行，然后再次执行同一命令。',
      },
    },
  );
