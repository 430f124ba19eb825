import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Queues, startQueues } from './boss.ts';
import { type Database, openDatabase } from './database.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from './fixtures/postgres.ts';
import type { Lease, Queue } from './queue.ts';

interface Schema {
  result: { job: string; value: string };
}
interface Work {
  readonly value: string;
}

const programs = postgresPrograms();

describe.each(['pglite', 'postgres'] as const)('a queue on %s', (engine) => {
  const absent = engine === 'postgres' && programs === undefined;
  let server: TestPostgres | undefined;
  let database: Database<Schema>;
  let queues: Queues<Schema>;
  let queue: Queue<Work, Schema>;

  beforeAll(async () => {
    if (absent) return;
    if (engine === 'postgres') server = await startPostgres(programs!);
    database = await openDatabase<Schema>(server ? { url: server.url } : {});
    await sql`create table result (job uuid primary key, value text not null)`.execute(database.kysely);
    queues = await startQueues(database);
  });
  afterAll(async () => {
    await queues?.close();
    await database?.close();
    server?.stop();
  });

  let count = 0;
  const fresh = async (attempts = 3): Promise<void> => {
    queue = await queues.open<Work>(`test-${count++}`, { attempts });
  };
  const enqueue = async (value: string, id: string = randomUUID()): Promise<string> => {
    await database.kysely.transaction().execute((transaction) => queue.enqueue(id, { value }, transaction));
    return id;
  };
  const store = (lease: Lease<Work>) =>
    queue.complete(lease, async (transaction) => {
      await transaction.insertInto('result').values({ job: lease.id, value: lease.data.value }).execute();
    });
  const stored = () => database.kysely.selectFrom('result').selectAll().execute();
  /** Makes the lease look as if its holder had died a minute ago. */
  const expireLease = async ({ id }: Lease<Work>): Promise<void> => {
    await sql`update jobs.job set heartbeat_on = now() - interval '1 minute' where id = ${id}`.execute(
      database.kysely,
    );
    // pg-boss looks at a queue once a second at most.
    await sql`update jobs.queue set monitor_on = null, monitor_claim_on = null`.execute(database.kysely);
    await queues.supervise();
    await makeRetriesDue();
  };
  /** Makes jobs that wait for their next attempt due now. */
  const makeRetriesDue = () => sql`update jobs.job set start_after = now()`.execute(database.kysely);

  it.skipIf(absent)('leases jobs in the order of arrival, and says how many are ahead', async () => {
    await fresh();
    const ids = [await enqueue('a'), await enqueue('b'), await enqueue('c')];
    expect(await queue.stateOf(ids[2])).toEqual({ state: 'waiting', ahead: 2 });
    const first = (await queue.lease())!;
    expect(first).toEqual({ id: ids[0], data: { value: 'a' }, attempt: 1 });
    expect(await queue.stateOf(ids[0])).toEqual({ state: 'active' });
    expect(await queue.stateOf(ids[2])).toEqual({ state: 'waiting', ahead: 1 });
    expect(await store(first)).toBe(true);
    expect(await queue.stateOf(ids[0])).toEqual({ state: 'completed' });
    expect(await queue.stateOf(randomUUID())).toBeUndefined();
  });

  it.skipIf(absent)('a job of a transaction that is rolled back does not exist', async () => {
    await fresh();
    const id = randomUUID();
    const failing = database.kysely.transaction().execute(async (transaction) => {
      await queue.enqueue(id, { value: 'x' }, transaction);
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await queue.stateOf(id)).toBeUndefined();
    expect(await queue.lease()).toBeUndefined();
  });

  it.skipIf(absent)('an existing job is not added again', async () => {
    await fresh();
    const id = await enqueue('once');
    await enqueue('twice', id);
    expect((await queue.lease())?.data).toEqual({ value: 'once' });
    expect(await queue.lease()).toBeUndefined();
  });

  it.skipIf(absent)('adds many jobs in the caller’s transaction, existing ones not again', async () => {
    await fresh();
    const [first, ...others] = [await enqueue('before'), ...Array.from({ length: 2400 }, () => randomUUID())];
    const jobs = [first, ...others, others[0]].map((id, i) => ({ id, data: { value: `job ${i}` } }));
    const add = (fails: boolean) =>
      database.kysely.transaction().execute(async (transaction) => {
        await queue.enqueueAll(jobs, transaction);
        if (fails) throw new Error('changed its mind');
      });
    const kept = async () => {
      const { rows } = await sql<{ id: string; value: string; retry: number; beat: number }>`
        select id, data ->> 'value' as value, retry_limit as retry, heartbeat_seconds as beat from jobs.job
        where data ->> 'value' is not null and name = (select name from jobs.job where id = ${first})
      `.execute(database.kysely);
      return rows;
    };
    await expect(add(true)).rejects.toThrow('changed its mind');
    expect(await kept()).toHaveLength(1);
    await add(false);
    await add(false);
    const wanted = new Map([[first, 'before'], ...others.map((id, i) => [id, `job ${i + 1}`] as const)]);
    expect(new Map((await kept()).map(({ id, value }) => [id, value]))).toEqual(wanted);
    // as those that are added one by one
    expect(new Set((await kept()).map(({ retry, beat }) => `${retry} ${beat}`))).toEqual(new Set(['2 10']));
    expect((await queue.lease())?.id).toBe(first);
  });

  it.skipIf(absent)('the job of a dead worker goes to another, and its late result is refused', async () => {
    await fresh();
    const id = await enqueue('fenced');
    const dead = (await queue.lease())!;
    expect(await queue.keep(dead)).toBe(true);
    expect(await queue.lease()).toBeUndefined();
    await expireLease(dead);
    const second = (await queue.lease())!;
    expect(second).toMatchObject({ id, attempt: 2 });
    expect(await queue.keep(dead)).toBe(false);
    expect(await store(dead)).toBe(false);
    expect(await queue.fail(dead, 'too late')).toBe(false);
    expect(await store(second)).toBe(true);
    expect(await store(second)).toBe(false);
    expect((await stored()).filter(({ job }) => job === id)).toEqual([{ job: id, value: 'fenced' }]);
  });

  it.skipIf(absent)('a result that cannot be stored leaves the job to its holder', async () => {
    await fresh();
    const id = await enqueue('kept');
    const lease = (await queue.lease())!;
    const failing = queue.complete(lease, async () => {
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(await queue.stateOf(id)).toEqual({ state: 'active' });
    expect(await store(lease)).toBe(true);
  });

  it.skipIf(absent)(
    'a failed job is retried, then fails for good, which is reported exactly once',
    async () => {
      await fresh(2);
      const id = await enqueue('hopeless');
      expect(await queue.fail((await queue.lease())!, 'first')).toBe(true);
      expect(await queue.lease()).toBeUndefined();
      await makeRetriesDue();
      expect(await queue.leaseFailure()).toBeUndefined();
      const second = (await queue.lease())!;
      expect(second.attempt).toBe(2);
      await queue.fail(second, 'second');
      expect(await queue.stateOf(id)).toEqual({ state: 'failed' });
      expect(await queue.lease()).toBeUndefined();
      const failure = (await queue.leaseFailure())!;
      expect(failure).toMatchObject({ job: id, reason: 'second', data: { value: 'hopeless' } });
      const settleNotice = () =>
        queue.settleFailure(failure, async (transaction) => {
          await transaction.insertInto('result').values({ job: id, value: 'refunded' }).execute();
        });
      expect(await settleNotice()).toBe(true);
      expect(await settleNotice()).toBe(false);
      expect(await queue.leaseFailure()).toBeUndefined();
    },
  );

  it.skipIf(absent)('a job whose workers all die fails for good', async () => {
    await fresh(2);
    const id = await enqueue('deadly');
    for (let attempt = 1; attempt <= 2; attempt++) await expireLease((await queue.lease())!);
    expect(await queue.stateOf(id)).toEqual({ state: 'failed' });
    expect(await queue.leaseFailure()).toMatchObject({ job: id, reason: 'job heartbeat timeout' });
  });

  it.skipIf(absent)('twenty workers at once never get the same job', async () => {
    await fresh();
    const ids = await Promise.all(Array.from({ length: 40 }, (_, i) => enqueue(`job ${i}`)));
    const work = async (): Promise<string[]> => {
      const done: string[] = [];
      for (let lease = await queue.lease(); lease; lease = await queue.lease())
        if (await store(lease)) done.push(lease.id);
      return done;
    };
    const done = (await Promise.all(Array.from({ length: 20 }, work))).flat();
    expect(done.sort()).toEqual([...ids].sort());
  });
});

it('only one process can open a directory of PGlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-jobs-'));
  const database = await openDatabase({ directory });
  await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'in-use' });
  await database.close();
  expect(await readdir(directory)).toEqual(['pglite']);
  await rm(directory, { recursive: true });
});

it('refuses a directory with other files, and does not leave it locked', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-jobs-'));
  await writeFile(join(directory, 'pglite'), 'not a directory');
  await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'database-unreadable' });
  expect(await readdir(directory)).toEqual(['pglite']);
  await rm(directory, { recursive: true });
});

it('reports a server that is not PostgreSQL, without the password', async () => {
  await expect(openDatabase({ url: 'mysql://a:secret@b/c' })).rejects.toMatchObject({
    code: 'bad-database-url',
  });
  const unreachable = openDatabase({ url: 'postgres://a:secret@127.0.0.1:1/c' });
  await expect(unreachable).rejects.toMatchObject({ code: 'database-unreachable' });
  await unreachable.catch((error) => expect(JSON.stringify(error)).not.toContain('secret'));
});

it.skipIf(programs === undefined)('PostgreSQL plans a statement once per connection', async () => {
  const server = await startPostgres(programs!);
  try {
    const { kysely, close } = await openDatabase<Schema>({ url: server.url });
    await kysely.transaction().execute(async (transaction) => {
      const add = (a: number) => sql<{ sum: number }>`select 1 + ${a}::int as sum`.execute(transaction);
      for (const a of [1, 2, 3]) expect((await add(a)).rows).toEqual([{ sum: 1 + a }]);
      await sql`select * from pg_class where oid = ${1}`.execute(transaction);
      const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(
        transaction,
      );
      expect(rows).toEqual([{ statement: 'select 1 + $1::int as sum' }]);
    });
    await close();
  } finally {
    server.stop();
  }
});
