import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Coverage } from '../scoring/coverage.ts';
import type { ScoreSheet } from '../scoring/score-sheet.ts';
import type { PhaseName } from './challenge.ts';
import { findChallenge, type OpenedChallenge } from './challenges.ts';
import { type Release, releaseOf } from './release.ts';
import type { ModelCard } from './schema.ts';
import { wholeSheet } from './score-job.ts';
import type { Site } from './site.ts';
import { type Actor, manages } from './tokens.ts';

/** A submission as its team sees it. */
export interface SubmissionView {
  readonly id: string;
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
  readonly system: string;
  readonly card: ModelCard;
  readonly received: string;
  readonly state: 'queued' | 'scoring' | 'scored' | 'rejected' | 'failed';
  /** While it is queued: submissions that are scored before it. */
  readonly ahead?: number;
  /** Problems of a rejected file. */
  readonly problems?: readonly ViewedProblem[];
  /** The part of the score that the phase reveals; null where it is undefined. */
  readonly score?: number | null;
  /** Whether it beat the team's earlier score. */
  readonly improved?: boolean;
  readonly coverage?: Coverage;
  readonly sheet?: ScoreSheet;
  readonly ended?: string;
}

interface ViewedProblem {
  readonly line?: number;
  readonly id?: string;
  readonly field?: string;
  readonly code: string;
  readonly message: Text;
}

const columns = [
  'id',
  'challenge',
  'phase',
  'team',
  'system',
  'card',
  'received',
  'state',
  'problems',
  'value',
  'released',
  'improved',
  'ended',
] as const;

/**
 * A submission, for its own team and for those who manage the challenge. Throws a UserError `no-submission` also for another
 * team's, whose existence is not revealed.
 */
export async function viewSubmission(site: Site, actor: Actor, id: string): Promise<SubmissionView> {
  const row = SUBMISSION_ID.test(id)
    ? await site.kysely
        .selectFrom('submission')
        .select([...columns, 'sheet', 'brief'])
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined;
  const isOwn = row && actor.role === 'team' && actor.team === row.team;
  if (!row || !(isOwn || manages(actor, row.challenge))) throw noSubmission();
  const challenge = await findChallenge(site, row.challenge);
  const release = releaseOf(challenge, row.phase, new Date());
  const isIncomplete = row.brief && release === 'sheet';
  const sheet = isIncomplete ? ((await wholeSheet(site, id)) ?? row.sheet) : row.sheet;
  return { ...visible({ ...row, sheet }, release), ...(await placeOf(site, challenge, row)) };
}

/** The form of a submission's id. */
export const SUBMISSION_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

interface Row {
  readonly id: string;
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
  readonly system: string;
  readonly card: ModelCard;
  readonly received: Date;
  readonly state: 'queued' | 'scored' | 'rejected' | 'failed';
  readonly problems: readonly unknown[] | null;
  readonly value: number | null;
  readonly released: number | null;
  readonly improved: boolean | null;
  readonly ended: Date | null;
  readonly sheet: ScoreSheet | null;
}

/** What may be shown of a row. */
function visible(row: Row, release: Release): SubmissionView {
  const { id, challenge, phase, team, system, card, received, state, ended } = row;
  const view: SubmissionView = {
    ...{ id, challenge, phase, team, system, card, state },
    received: received.toISOString(),
    ended: ended?.toISOString(),
  };
  if (row.problems) return { ...view, problems: row.problems as readonly ViewedProblem[] };
  if (state !== 'scored' || release === 'nothing') return view;
  const improved = row.improved ?? undefined;
  if (release === 'ladder') return { ...view, score: row.released, improved };
  return { ...view, score: row.value, improved, sheet: row.sheet ?? undefined };
}

/** The position of a queued submission. */
async function placeOf(
  site: Site,
  { declared }: OpenedChallenge,
  { id, state }: Row,
): Promise<Pick<SubmissionView, 'state' | 'ahead'>> {
  if (state !== 'queued') return { state };
  const queue = await site.queueOf(declared);
  const job = await queue.stateOf(id);
  if (job?.state === 'waiting') return { state, ahead: job.ahead };
  return { state: job?.state === 'active' ? 'scoring' : 'queued' };
}

/** The submissions of a team, latest first, without their sheets. */
export async function listSubmissions(
  site: Site,
  team: string,
  { limit, before }: { readonly limit: number; readonly before?: Date },
): Promise<SubmissionView[]> {
  const all = site.kysely.selectFrom('submission').select(columns).where('team', '=', team);
  const page = before ? all.where('received', '<', before) : all;
  const rows = await page.orderBy('received', 'desc').limit(limit).execute();
  const views: SubmissionView[] = [];
  for (const row of rows) {
    const challenge = await findChallenge(site, row.challenge);
    const whole = { ...row, sheet: null };
    const release = releaseOf(challenge, row.phase, new Date());
    views.push({ ...visible(whole, release), ...(await placeOf(site, challenge, whole)) });
  }
  return views;
}

const noSubmission = (): UserError =>
  new UserError(
    'no-submission',
    { en: 'You have no such submission', zh: '您没有这个提交' },
    { field: 'id' },
  );
