import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../ground/errors.ts';
import { writeJson } from '../ground/files.ts';
import { isSealed, seal } from '../ground/hash.ts';
import { restoreFinite } from '../ground/json.ts';
import type { Interval } from '../statistics/interval.ts';
import { intervalJson } from './schema.ts';
import type { StoredRun } from './store.ts';

/** The file in the directory of the first run. */
const FILE = 'mean-interval.json';
const SCHEMA = 'chineseblue/mean-interval@1';

const keptJson = z.looseObject({
  schema: z.literal(SCHEMA),
  primary: z.string(),
  runs: z.array(z.tuple([z.string(), z.string()])),
  /** Absent where there is only one unit. */
  interval: intervalJson.optional(),
});

/** The key of an interval: the convention, and ids of runs with the hashes of their answers. */
const identityOf = (runs: readonly StoredRun[]) => ({
  schema: SCHEMA,
  primary: runs[0].record.task.primary,
  runs: runs.map(({ record }) => [record.id, record.files.predictions]),
});

/** The interval kept for the mean of exactly these runs; undefined if there is none or it was altered. */
export async function readKeptInterval(
  runs: readonly StoredRun[],
): Promise<{ readonly interval?: Interval } | undefined> {
  try {
    const text = await readFile(join(runs[0].directory, FILE), 'utf8');
    const { schema, primary, runs: of, interval } = keptJson.parse(JSON.parse(text, restoreFinite));
    const isOurs = JSON.stringify({ schema, primary, runs: of }) === JSON.stringify(identityOf(runs));
    return isOurs && isSealed(JSON.parse(text)) ? { interval } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the interval of the mean of these runs. If that fails, it is computed again the next time. */
export async function keepInterval(
  runs: readonly StoredRun[],
  interval: Interval | undefined,
): Promise<void> {
  try {
    await writeJson(join(runs[0].directory, FILE), seal({ ...identityOf(runs), interval }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
