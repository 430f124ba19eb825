import { sql } from 'kysely';
import { finite } from '../ground/json.ts';
import type { Lease } from '../jobs/queue.ts';
import type { ScoreSheet } from '../scoring/score-sheet.ts';
import type { PhaseName } from './challenge.ts';
import { type OpenedChallenge, opened } from './challenges.ts';
import { createMemory, type Memory } from './memory.ts';
import { releaseOf } from './release.ts';
import type { Difference, Judged } from './scoring/requests.ts';
import { primaryOf, settle } from './settle.ts';
import type { ScoreJob, Site } from './site.ts';
import type { Standing } from './standing.ts';

/** A submission with everything needed to score it. */
interface Loaded {
  readonly id: string;
  readonly team: string;
  readonly phase: PhaseName;
  readonly challenge: OpenedChallenge;
  readonly judged: Judged;
  readonly synthetic: boolean;
}

/**
 * Scores a leased submission and stores the result with the end of its job. False where the lease has ended. A result that
 * nobody may see yet gets no intervals, unless it counts on the board: `wholeSheet` adds them when they are first shown.
 */
export async function scoreJob(site: Site, lease: Lease<ScoreJob>): Promise<boolean> {
  const { queue, children } = site;
  const loaded = await load(site, lease.data.submission, 'queued');
  if (!loaded) return queue.complete(lease, async () => undefined);
  const { judged, synthetic, ...submission } = loaded;
  const brief = releaseOf(loaded.challenge, loaded.phase, new Date()) === 'ladder';
  const score = (intervals: boolean): Promise<ScoreSheet> =>
    children.ask({ kind: 'score', synthetic, intervals, ...judged });
  let whole: Promise<ScoreSheet> | undefined;
  return settle(site, queue, lease, {
    ...submission,
    sheet: await score(!brief),
    ...(brief && { whole: () => (whole ??= score(true)) }),
    by: 'server',
    compare: (rivals) => compareByItems(site, loaded, rivals),
  });
}

/** Scores a submission again, with intervals, and stores the sheet; undefined if that was done already. */
export async function wholeSheet(site: Site, id: string): Promise<ScoreSheet | undefined> {
  const loaded = await load(site, id, 'scored');
  if (!loaded) return undefined;
  const { judged, synthetic, challenge } = loaded;
  const sheet = await site.children.ask({ kind: 'score', synthetic, intervals: true, ...judged });
  const { interval } = primaryOf(sheet, challenge);
  const written = JSON.stringify(sheet, finite);
  const kept = { sheet: written, brief: false, low: interval?.low ?? null, high: interval?.high ?? null };
  await site.kysely
    .updateTable('submission')
    .set(kept)
    .where('id', '=', id)
    .where('brief', '=', true)
    .execute();
  return JSON.parse(written);
}

/** A loaded submission. */
interface Row extends Pick<OpenedChallenge, 'declared' | 'task' | 'state'> {
  readonly challenge: string;
  readonly team: string;
  readonly phase: PhaseName;
  readonly answers: Uint8Array | null;
  readonly split: 'dev' | 'test';
  /** Changes with every change of the row of the split. */
  readonly version: string;
}

/** Undefined where the submission is in another state. */
async function load(site: Site, id: string, state: 'queued' | 'scored'): Promise<Loaded | undefined> {
  const { rows } = await sql<Row>`
    select submission.challenge, team, phase, answers, challenge.state, declared, task, split.name as split,
      concat(split.xmin, split.ctid) as version
    from submission join challenge on challenge.id = submission.challenge
      join split on split.challenge = challenge.id and split.name = declared -> 'phases' -> phase ->> 'split'
    where submission.id = ${id} and submission.state = ${state}
  `.execute(site.kysely);
  const [row] = rows;
  if (!row?.answers) return undefined;
  const { split, version, team, phase, answers } = row;
  const challenge = opened(row);
  const { questions, sealedGold, synthetic } = await corpusOf(site, row.challenge, split, version);
  const asked = { challenge: row.challenge, split, task: row.task, questions };
  return { id, team, phase, challenge, judged: { asked, sealedGold, answers }, synthetic };
}

/** The questions of a split, and its encrypted gold. */
interface Corpus {
  readonly questions: Uint8Array;
  readonly sealedGold: Uint8Array;
  readonly synthetic: boolean;
}

/** Corpora that are cached. */
const KEPT = 8;
const memories = new WeakMap<Site, Memory<Corpus>>();

/** A cached split, which is read again if its row has changed. */
function corpusOf(site: Site, challenge: string, split: 'dev' | 'test', version: string): Promise<Corpus> {
  const memory = memories.get(site) ?? createMemory<Corpus>(KEPT);
  memories.set(site, memory);
  return memory.recall(JSON.stringify([challenge, split, version]), 0, async () => {
    const { sealed_gold: sealedGold, ...rest } = await site.kysely
      .selectFrom('split')
      .select(['questions', 'sealed_gold', 'synthetic'])
      .where('challenge', '=', challenge)
      .where('name', '=', split)
      .executeTakeFirstOrThrow();
    if (sealedGold === null) throw new Error('a job of a challenge whose gold is remote');
    return { ...rest, sealedGold };
  });
}

/** Reads the answers of both sides again and compares them item by item. */
async function compareByItems(
  { kysely, children }: Site,
  { judged, challenge }: Loaded,
  rivals: readonly Standing[],
): Promise<readonly Difference[]> {
  const ids = rivals.map(({ id }) => id);
  const rows = await kysely
    .selectFrom('submission')
    .select(['id', 'answers'])
    .where('id', 'in', ids)
    .execute();
  const known = rows.flatMap(({ id, answers }) => (answers ? [{ id, answers }] : []));
  return children.ask({ kind: 'compare', primary: challenge.primary, rivals: known, ...judged });
}
