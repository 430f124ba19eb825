import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, it as anywhere, beforeAll, describe, expect } from 'vitest';
import { postgresPrograms, startPostgres, type TestPostgres } from '../jobs/fixtures/postgres.ts';
import { entriesOf, followChain } from './audit-log.ts';
import { boardOf } from './board.ts';
import { findChallenge } from './challenges.ts';
import { eventually, openTestSite, type TestSite } from './fixtures/site.ts';
import { createKey } from './keyring.ts';
import { startScorer } from './scorer.ts';
import { openSite, type Site } from './site.ts';
import { submit } from './submit.ts';
import { authenticate } from './tokens.ts';
import { exportSite, importSite, NAMES } from './transfer.ts';
import { viewSubmission } from './view.ts';

const programs = postgresPrograms();
const it = anywhere.skipIf(programs === undefined);

let server: TestPostgres | undefined;
let from: TestSite;
let to: Site;
let file: string;
const board = async (site: Site) => boardOf(site, await findChallenge(site, 'ic'), 'practice');

beforeAll(async () => {
  if (!programs) return;
  server = await startPostgres(programs);
  from = await openTestSite();
  for (const [team, wrong] of [
    ['red', 4],
    ['blue', 20],
  ] as const) {
    const handed = {
      challenge: 'ic',
      phase: 'practice',
      team,
      system: 'one',
      card: { contact: '甲\u0000' },
    } as const;
    const id = await submit(from.site, { ...handed, file: await from.answersFile(wrong, 'dev') });
    await eventually(async () => (await viewSubmission(from.site, { role: 'team', team }, id)).ended);
  }
  // An unknown difference, and one with an undefined score.
  await sql`insert into pair select id, id, 'NaN', 'Infinity' from submission limit 1`.execute(
    from.site.kysely,
  );
  file = join(from.directory, 'site.jsonl.gz');
  await exportSite(from.site, file);
  const keyFile = join(from.directory, 'gold.key');
  const temporary = join(from.directory, 'other');
  to = await openSite({ database: { url: server.url }, temporary, keyFile, workers: 1 });
}, 400_000);
afterAll(async () => {
  await to?.close();
  await from?.close();
  server?.stop();
});

describe('a server that moves from PGlite to PostgreSQL', () => {
  it('refuses a damaged export, and stays empty', async () => {
    const lines = gunzipSync(await readFile(file))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const whole = (changed: readonly string[]) => gzipSync(changed.join('\n'));
    const damaged: readonly (readonly [string, Buffer])[] = [
      ['cut short', (await readFile(file)).subarray(0, 900)],
      ['without its end', whole(lines.slice(0, -1))],
      ['without a row', whole(lines.toSpliced(4, 1))],
      ['not compressed', Buffer.from(lines.join('\n'))],
      ['of something else', whole(['{"chineseblue":"predictions@1"}', ...lines.slice(1)])],
      ['with a column of its own', whole(lines.with(1, lines[1].replace('"state"', '"stat"')))],
      ['with a table of its own', whole(lines.with(1, lines[1].replace('"challenge"', '"pg_user"')))],
    ];
    for (const [name, bytes] of damaged) {
      const bad = join(from.directory, 'bad.gz');
      await writeFile(bad, bytes);
      await expect(importSite(to, bad), name).rejects.toMatchObject({ code: 'bad-export' });
    }
    const forged = lines.map((line) => line.replace('team-created', 'team-made'));
    await writeFile(join(from.directory, 'bad.gz'), whole(forged));
    await expect(importSite(to, join(from.directory, 'bad.gz'))).rejects.toMatchObject({
      code: 'log-broken',
    });
    await expect(importSite(to, join(from.directory, 'none'))).rejects.toMatchObject({
      code: 'file-missing',
    });
    expect(await to.kysely.selectFrom('team').select('id').execute()).toEqual([]);
  });

  it('keeps every score, team, token and the chain of its log, and resumes', async () => {
    const before = await followChain(entriesOf(from.site.kysely));
    await importSite(to, file);
    expect(await board(to)).toEqual(await board(from.site));
    expect((await board(to)).rows.map(({ groups }) => groups)).toEqual(['a', 'b']);
    expect(await followChain(entriesOf(to.kysely))).toEqual(before);
    expect(await to.kysely.selectFrom('pair').selectAll().whereRef('a', '=', 'b').execute()).toMatchObject([
      { difference: Number.NaN, standard_error: Number.POSITIVE_INFINITY },
    ]);
    expect(await authenticate(to.kysely, from.tokens.red)).toEqual({ role: 'team', team: 'red' });
    await expect(importSite(to, file)).rejects.toMatchObject({ code: 'not-empty' });
    const scorer = startScorer(to, 1, () => undefined);
    const handed = { challenge: 'ic', phase: 'test', team: 'red', system: 'two', card: {} } as const;
    const id = await submit(to, { ...handed, file: await from.answersFile(0) });
    const seen = await eventually(async () => {
      const view = await viewSubmission(to, { role: 'team', team: 'red' }, id);
      return view.ended ? view : undefined;
    });
    expect(seen).toMatchObject({ state: 'scored', score: 1 });
    await scorer.close();
  });

  it('submissions that waited to be scored wait again', async () => {
    const { kysely } = to;
    await kysely
      .updateTable('submission')
      .set({ state: 'queued', ended: null })
      .where('system', '=', 'two')
      .execute();
    const waiting = join(from.directory, 'waiting.jsonl.gz');
    await exportSite(to, waiting);
    const tables = sql.raw(NAMES.join(', '));
    await sql`truncate ${tables}`.execute(kysely);
    await sql`delete from jobs.job`.execute(kysely);
    await importSite(to, waiting);
    expect((await to.queue.lease())?.data).toMatchObject({ submission: expect.any(String) });
  });

  it('gold cannot be decrypted with another key', async () => {
    const keyFile = join(from.directory, 'other.key');
    await writeFile(keyFile, createKey());
    const { sealed_gold: sealed } = await to.kysely.selectFrom('split').selectAll().executeTakeFirstOrThrow();
    const { decrypt, readKeyring } = await import('./keyring.ts');
    const other = await readKeyring(keyFile);
    expect(() => decrypt(sealed!, 'gold of ic, dev', other)).toThrow(/is missing/);
  });
});
