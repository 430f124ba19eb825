/** Searches for the canary of `hostile.ts` in every byte that a server emits or stores. */
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { type DatabasePlace, openDatabase } from '../../src/jobs/database.ts';
import { filesOf, findsInside } from '../../src/server/fixtures/canary.ts';
import type { Schema } from '../../src/server/schema.ts';

/** Inspects all output and responses of a server. */
export interface Watch {
  readonly look: (bytes: Uint8Array) => void;
  /** The output seen so far. */
  readonly seen: () => { readonly bytes: number; readonly withCanary: number };
}

export function createWatch(): Watch {
  const seen = { bytes: 0, withCanary: 0 };
  return {
    look(bytes) {
      seen.bytes += bytes.length;
      if (findsInside(bytes)) seen.withCanary++;
    },
    seen: () => seen,
  };
}

/** Finds the canary in what a server stores: the files of its directory, the rows of its database, and a backup. */
export async function searchStored(
  siteDirectory: string,
  database: DatabasePlace,
  backup: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const file of [backup, ...(await filesOf(siteDirectory))])
    if (findsInside(await readFile(file))) found.push(file);
  const { kysely, close } = await openDatabase<Schema>(database);
  const stored = await sql<{ bytes: Uint8Array }>`
    select questions as bytes from split union all select sealed_gold from split where sealed_gold is not null
    union all select answers from submission where answers is not null
    union all select convert_to(coalesce(sheet::text, '') || coalesce(problems::text, ''), 'UTF8') from submission
  `.execute(kysely);
  for (const { bytes } of stored.rows) if (findsInside(bytes)) found.push('row');
  await close();
  return found;
}
