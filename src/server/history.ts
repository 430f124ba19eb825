import { UserError } from '../ground/errors.ts';
import type { PhaseName } from './challenge.ts';
import type { OpenedChallenge } from './challenges.ts';
import { releaseOf } from './release.ts';
import { type Reproduction, reproductionsOf } from './reproduction.ts';
import type { ModelCard } from './schema.ts';
import type { Site } from './site.ts';

/** One result of a team that counted when it was scored. */
export interface HistoryEntry {
  readonly submission: string;
  readonly system: string;
  readonly card: ModelCard;
  readonly received: string;
  readonly score: number | null;
  /** Present where the phase reveals more than the Ladder. */
  readonly low?: number | null;
  readonly high?: number | null;
  readonly reproduced?: Reproduction;
}

/** The results of a team in a phase over time, oldest first. */
export interface History {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
  readonly primary: string;
  readonly sealed: boolean;
  readonly blind: boolean;
  readonly entries: readonly HistoryEntry[];
}

/** Entries at most, the latest. */
const KEPT = 200;

/**
 * The public history of a team in a phase: the submissions that improved its score, and in the final phase, where the last one
 * counts, all of them. Attempts without improvement are visible only to the team. Throws a UserError `no-team` for a team
 * without anything to show.
 */
export async function historyOf(
  site: Site,
  challenge: OpenedChallenge,
  phase: PhaseName,
  team: string,
): Promise<History> {
  const { declared, primary } = challenge;
  const release = releaseOf(challenge, phase, new Date());
  const head = { challenge: declared.id, phase, team, primary };
  const state = { sealed: release === 'nothing', blind: release === 'ladder' };
  if (release === 'nothing') return { ...head, ...state, entries: [] };
  const scored = site.kysely
    .selectFrom('submission')
    .select(['id', 'system', 'card', 'received', 'value', 'low', 'high', 'released'])
    .where('challenge', '=', declared.id)
    .where('phase', '=', phase)
    .where('team', '=', team)
    .where('state', '=', 'scored');
  const counting = phase === 'final' ? scored : scored.where('improved', '=', true);
  const rows = await counting.orderBy('ended', 'desc').limit(KEPT).execute();
  if (rows.length === 0) throw noTeam();
  const reproduced = await reproductionsOf(
    site,
    rows.map(({ id }) => id),
  );
  const entries = rows.map(({ id, received, system, card, value, low, high, released }): HistoryEntry => {
    const badge = reproduced.get(id);
    const score = release === 'sheet' ? { score: value, low, high } : { score: released };
    const said = { submission: id, system, card, received: received.toISOString() };
    return { ...said, ...score, ...(badge && { reproduced: badge }) };
  });
  return { ...head, ...state, entries: entries.reverse() };
}

const noTeam = (): UserError =>
  new UserError(
    'no-team',
    { en: 'This team has no result in this phase', zh: '该队伍在此阶段没有成绩' },
    { field: 'team' },
  );
