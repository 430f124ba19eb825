import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../jobs/database.ts';
import { entriesOf, followChain, record } from './audit-log.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';

let database: Database<Schema>;
beforeAll(async () => {
  database = await openDatabase<Schema>({});
  await migrate(database.kysely);
  await migrate(database.kysely);
});
afterAll(() => database.close());

const append = (subject: string) =>
  database.kysely
    .transaction()
    .execute((transaction) => record(transaction, { actor: 'admin', action: 'test', subject }));
/** Changes rows directly, as the owner of the database can. */
const forge = async (statement: ReturnType<typeof sql>): Promise<void> => {
  await sql`alter table audit disable trigger audit_append_only`.execute(database.kysely);
  await statement.execute(database.kysely);
  await sql`alter table audit enable trigger audit_append_only`.execute(database.kysely);
};

it('is a hash chain that reveals changed, removed and inserted entries', async () => {
  expect(await followChain(entriesOf(database.kysely))).toMatchObject({ intact: true, entries: 0 });
  await Promise.all(['a', 'b', 'c', 'd'].map(append));
  const whole = await followChain(entriesOf(database.kysely));
  expect(whole).toMatchObject({ intact: true, entries: 4 });

  await forge(sql`update audit set subject = 'x' where seq = 2`);
  expect(await followChain(entriesOf(database.kysely))).toEqual({ intact: false, brokenAt: 2 });
  const subjects = await database.kysely.selectFrom('audit').select(['seq', 'subject']).execute();
  const others = subjects.filter(({ seq }) => seq !== 2).map(({ subject }) => subject);
  const was = ['a', 'b', 'c', 'd'].find((subject) => !others.includes(subject))!;
  await forge(sql`update audit set subject = ${was} where seq = 2`);
  expect(await followChain(entriesOf(database.kysely))).toEqual(whole);

  await forge(sql`delete from audit where seq = 3`);
  expect(await followChain(entriesOf(database.kysely))).toEqual({ intact: false, brokenAt: 3 });
});

it('cannot be changed by the program', async () => {
  const change = database.kysely.updateTable('audit').set({ subject: 'y' }).execute();
  await expect(change).rejects.toThrow('append-only');
  await expect(database.kysely.deleteFrom('audit').execute()).rejects.toThrow('append-only');
});

it('has no event of a transaction that was rolled back', async () => {
  const failing = database.kysely.transaction().execute(async (transaction) => {
    await record(transaction, { actor: 'admin', action: 'test', subject: 'never' });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  const found = await database.kysely
    .selectFrom('audit')
    .selectAll()
    .where('subject', '=', 'never')
    .execute();
  expect(found).toEqual([]);
});
