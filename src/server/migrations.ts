import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Schema } from './schema.ts';

/** The first tables: see schema.ts for what they mean. */
const first: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of FIRST) await sql.raw(statement).execute(db);
  },
};

const FIRST = [
  `create table challenge (
    id text primary key, state text not null, declared json not null, task json not null, created timestamptz not null)`,
  `create table split (
    challenge text not null references challenge, name text not null, synthetic boolean not null,
    questions bytea not null, sealed_gold bytea not null, primary key (challenge, name))`,
  `create table team (
    id text primary key, kind text not null, contact text not null, created timestamptz not null)`,
  `create table invitation (
    challenge text not null references challenge, team text not null references team, primary key (challenge, team))`,
  `create table token (
    hash text primary key, role text not null, subject text not null, created timestamptz not null, expires timestamptz)`,
  `create table submission (
    id uuid primary key, challenge text not null references challenge, phase text not null,
    team text not null references team, system text not null, card json not null, received timestamptz not null,
    state text not null, sha256 text not null, answers bytea, problems json, sheet json, value double precision,
    low double precision, high double precision, released double precision, improved boolean,
    attempts integer not null default 0, ended timestamptz)`,
  `create index submission_of_team on submission (challenge, phase, team, received)`,
  `create index submission_on_board on submission (challenge, phase, state) where state = 'scored'`,
  // The same file is accepted once: a client that got no response may send it again.
  `create unique index submission_once on submission (challenge, phase, team, system, sha256)
    where state in ('queued', 'scored')`,
  `create table pair (
    a uuid not null references submission, b uuid not null references submission,
    difference double precision not null, standard_error double precision not null, primary key (a, b))`,
  `create table audit (
    seq integer primary key, at text not null, actor text not null, action text not null, subject text not null,
    detail text not null, previous text not null, sha256 text not null)`,
  // The log is append-only, whatever the program does.
  `create function audit_is_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'the audit log is append-only'; end $$`,
  `create trigger audit_append_only before update or delete on audit
    for each row execute function audit_is_append_only()`,
];

/** Badges of reproduced results. */
const reproductions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table reproduction (
      submission uuid primary key references submission, by_whom text not null, note text not null,
      at timestamptz not null)`.execute(db);
  },
};

/** Remote gold, narrower tokens, sessions of the pages, and members of teams. */
const hosting: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of HOSTING) await sql.raw(statement).execute(db);
  },
};

const HOSTING = [
  'alter table split alter column sealed_gold drop not null',
  `alter table token add column read_only boolean not null default false, add column note text not null default ''`,
  'create table replicate (submission uuid primary key references submission, scores bytea not null)',
  `create table session (
    hash text primary key, token text, issuer text, subject text, name text not null, created timestamptz not null,
    expires timestamptz not null)`,
  `create table membership (
    issuer text not null, subject text not null, team text not null references team, joined timestamptz not null,
    primary key (issuer, subject))`,
  `create table invite (
    hash text primary key, team text not null references team, created timestamptz not null,
    expires timestamptz not null)`,
];

/**
 * Each team's counting submission and the version of each board, kept by the database, so that no request reads all submissions.
 */
const standings: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STANDINGS) await sql.raw(statement).execute(db);
  },
};

/** Adds scored submissions to the standings of their teams. */
const addScored = (source: string): string => `
  insert into standing as known (challenge, phase, team, submission, ended, submissions)
    select challenge, phase, team,
      (array_agg(id order by ended desc) filter (where phase = 'final' or improved))[1],
      max(ended) filter (where phase = 'final' or improved), count(*)
    from ${source} group by challenge, phase, team
  on conflict (challenge, phase, team) do update set
    submissions = known.submissions + excluded.submissions,
    submission = case when known.ended is null or excluded.ended >= known.ended
      then excluded.submission else known.submission end,
    ended = greatest(known.ended, excluded.ended)`;

const countChange = (source: string): string => `
  insert into board as known (challenge, phase, version)
    select distinct challenge, phase, 1 from ${source}
  on conflict (challenge, phase) do update set version = known.version + 1`;

const FRESH = `fresh where state = 'scored'`;
/** The boards and teams of submissions that were or are now scored. */
const TOUCHED = `(select challenge, phase, team from fresh where state = 'scored' union
  select challenge, phase, team from stale where state = 'scored') as touched`;

/** Scored submissions never change, unless someone repairs a database by hand: then their team is recounted. */
const CHANGED = `
    if exists (select from stale where state = 'scored') then
      delete from standing where (challenge, phase, team) in (select * from ${TOUCHED});
      ${addScored(`submission where state = 'scored' and (challenge, phase, team) in
        (select * from ${TOUCHED})`)};
    else
      ${addScored(FRESH)};
    end if;
    ${countChange(TOUCHED)};`;

const STANDINGS = [
  `create table standing (
    challenge text not null, phase text not null, team text not null, submission uuid, ended timestamptz,
    submissions integer not null, primary key (challenge, phase, team))`,
  `create table board (
    challenge text not null, phase text not null, version integer not null, primary key (challenge, phase))`,
  addScored(`submission where state = 'scored'`),
  countChange(`submission where state = 'scored'`),
  // Only the board used it.
  'drop index submission_on_board',
  `create index submission_improved on submission (challenge, phase, team, ended)
    where state = 'scored' and improved`,
  `create function submission_added() returns trigger language plpgsql as $$ begin
    ${addScored(FRESH)};
    ${countChange(FRESH)};
    return null; end $$`,
  `create function submission_changed() returns trigger language plpgsql as $$ begin ${CHANGED}
    return null; end $$`,
  `create function submission_emptied() returns trigger language plpgsql as $$ begin
    delete from standing;
    update board set version = version + 1;
    return null; end $$`,
  `create function reproduction_changed() returns trigger language plpgsql as $$ begin
    ${countChange('submission where id = coalesce(new.submission, old.submission)')};
    return null; end $$`,
  `create trigger submission_added after insert on submission
    referencing new table as fresh for each statement execute function submission_added()`,
  `create trigger submission_changed after update on submission
    referencing old table as stale new table as fresh for each statement execute function submission_changed()`,
  `create trigger submission_emptied after truncate on submission
    for each statement execute function submission_emptied()`,
  `create trigger reproduction_changed after insert or update or delete on reproduction
    for each row execute function reproduction_changed()`,
];

/** Sheets whose intervals are computed when they are first shown, and faster appends to the audit log. */
const throughput: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of THROUGHPUT) await sql.raw(statement).execute(db);
  },
};

const THROUGHPUT = [
  'alter table submission add column brief boolean not null default false',
  `create index submission_queued on submission (challenge, phase, team) where state = 'queued'`,
  // Adding intervals to a sheet that is not on a board changes no board.
  `create or replace function submission_changed() returns trigger language plpgsql as $$ begin
    if not exists (select from stale join fresh using (id) where not stale.brief or fresh.brief) then
      return null;
    end if;
    ${CHANGED}
    return null; end $$`,
  // Each statement of a function sees what was committed before it, even while it waited for the lock.
  `create function audit_end(lock integer, out seq integer, out sha256 text) language plpgsql as $$ begin
    perform pg_advisory_xact_lock(lock);
    select audit.seq, audit.sha256 into seq, sha256 from audit order by audit.seq desc limit 1;
    end $$`,
];

/** Brings the tables of a database up to date; several processes may do so at once. */
export async function migrate(kysely: Kysely<Schema>): Promise<void> {
  const provider = {
    getMigrations: async () => ({
      '2026-11-first': first,
      '2026-11-hosting': hosting,
      '2026-11-reproductions': reproductions,
      '2026-11-standings': standings,
      '2026-11-throughput': throughput,
    }),
  };
  const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error) throw error;
}
