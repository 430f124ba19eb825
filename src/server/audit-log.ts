import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql, type Transaction } from 'kysely';
import { isSealed, seal } from '../ground/hash.ts';
import type { Schema } from './schema.ts';

/** An event to be logged. */
export interface Event {
  /** Who did it: `admin`, `host CHALLENGE`, `team NAME`, or `server`. */
  readonly actor: string;
  readonly action: string;
  /** What it concerns. */
  readonly subject: string;
  /** Never gold, a token or a key. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** One entry: its hash covers everything in it, including the hash of the entry before it. */
export interface Entry extends Required<Omit<Event, 'detail'>> {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  /** As JSON. */
  readonly detail: string;
  readonly previous: string;
  readonly sha256: string;
}

/** The hash of the entry before the first. */
const NOTHING = '0'.repeat(64);
/** Entries that are read at once. */
export const AUDIT_PAGE = 1000;
/** The advisory lock that serializes transactions that append. */
const LOCK = 0xc81e;

const callers = new AsyncLocalStorage<string>();

/** Runs `act` for a caller: every event recorded meanwhile has the address in its detail. */
export const recordingFrom = <T>(address: string, act: () => T): T => callers.run(address, act);

/** Appends an event in the transaction in which it happens: both are stored, or neither. */
export async function record(transaction: Transaction<Schema>, event: Event): Promise<void> {
  const { rows } = await sql<{ seq: number | null; sha256: string | null }>`
    select seq, sha256 from audit_end(${LOCK})`.execute(transaction);
  const [last] = rows;
  const { actor, action, subject } = event;
  const address = callers.getStore();
  const detail = { ...event.detail, ...(address !== undefined && { address }) };
  const entry = seal(
    ordered({
      ...{ actor, action, subject },
      seq: (last?.seq ?? 0) + 1,
      at: new Date().toISOString(),
      detail: JSON.stringify(detail),
      previous: last?.sha256 ?? NOTHING,
    }),
  );
  await transaction.insertInto('audit').values(entry).execute();
}

/** The result of verifying. Keep `head` elsewhere: alone, a log truncated at its end still verifies. */
export type Verdict =
  | { readonly intact: true; readonly entries: number; readonly head: string }
  | { readonly intact: false; readonly brokenAt: number };

/** The next entries after one, at most `AUDIT_PAGE`. */
export type ReadEntries = (after: number) => Promise<readonly Entry[]>;

/** The entries of a database. */
export const entriesOf =
  (kysely: Kysely<Schema> | Transaction<Schema>, limit = AUDIT_PAGE): ReadEntries =>
  (after) =>
    kysely.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute();

/** Follows the chain from its beginning; `brokenAt` is the first entry that is missing, changed or out of order. */
export async function followChain(read: ReadEntries): Promise<Verdict> {
  let seq = 0;
  let head = NOTHING;
  for (;;) {
    const page = await read(seq);
    for (const { sha256, ...entry } of page) {
      seq++;
      if (entry.seq !== seq || entry.previous !== head || !isSealed({ ...ordered(entry), sha256 }))
        return { intact: false, brokenAt: seq };
      head = sha256;
    }
    if (page.length < AUDIT_PAGE) return { intact: true, entries: seq, head };
  }
}

/** The fields in the order in which they were hashed, wherever the entry came from. */
const ordered = ({ seq, at, actor, action, subject, detail, previous }: Omit<Entry, 'sha256'>) => ({
  ...{ seq, at, actor, action, subject, detail, previous },
});
