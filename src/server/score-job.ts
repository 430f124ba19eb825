import type { Lease } from '../jobs/queue.ts';
import { type PhaseName, phaseOf } from './challenge.ts';
import { askedIn, findChallenge, type OpenedChallenge } from './challenges.ts';
import type { Difference, Judged } from './scoring/requests.ts';
import { settle } from './settle.ts';
import type { ScoreJob, Site } from './site.ts';
import type { Standing } from './standing.ts';

/** A submission with all that scores it. */
interface Loaded {
  readonly id: string;
  readonly team: string;
  readonly phase: PhaseName;
  readonly challenge: OpenedChallenge;
  readonly judged: Judged;
  readonly synthetic: boolean;
}

/** Scores a leased submission and stores the result with the end of its job. False where the lease has ended. */
export async function scoreJob(site: Site, lease: Lease<ScoreJob>): Promise<boolean> {
  const { queue, children } = site;
  const loaded = await load(site, lease.data.submission);
  if (!loaded) return queue.complete(lease, async () => undefined);
  const { judged, synthetic, ...submission } = loaded;
  const sheet = await children.ask({ kind: 'score', synthetic, ...judged });
  const compare = (rivals: readonly Standing[]) => compareByItems(site, loaded, rivals);
  return settle(site, queue, lease, { ...submission, sheet, by: 'server', compare });
}

/** Undefined where the submission has ended already. */
async function load(site: Site, id: string): Promise<Loaded | undefined> {
  const row = await site.kysely
    .selectFrom('submission')
    .select(['id', 'challenge', 'phase', 'team', 'answers'])
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  if (!row?.answers) return undefined;
  const challenge = await findChallenge(site, row.challenge);
  const { split } = phaseOf(challenge.declared, row.phase);
  const { sealed_gold: sealedGold, synthetic } = await site.kysely
    .selectFrom('split')
    .select(['sealed_gold', 'synthetic'])
    .where('challenge', '=', row.challenge)
    .where('name', '=', split)
    .executeTakeFirstOrThrow();
  if (sealedGold === null) throw new Error('a job of a challenge whose gold is remote');
  const asked = await askedIn(site, challenge, split);
  const { team, phase, answers } = row;
  return { id, team, phase, challenge, judged: { asked, sealedGold, answers }, synthetic };
}

/** Reads the answers of both sides again and compares them item by item. */
async function compareByItems(
  { kysely, children }: Site,
  { judged, challenge }: Loaded,
  rivals: readonly Standing[],
): Promise<readonly Difference[]> {
  const rows = await kysely
    .selectFrom('submission')
    .select(['id', 'answers'])
    .where(
      'id',
      'in',
      rivals.map(({ id }) => id),
    )
    .execute();
  const known = rows.flatMap(({ id, answers }) => (answers ? [{ id, answers }] : []));
  return children.ask({ kind: 'compare', primary: challenge.primary, rivals: known, ...judged });
}
