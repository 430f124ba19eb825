import { rankGroups } from '../statistics/groups.ts';
import { holm } from '../statistics/holm.ts';
import { normalSurvival } from '../statistics/normal.ts';
import type { PhaseName } from './challenge.ts';
import { type OpenedChallenge, signOf } from './challenges.ts';
import { releaseOf } from './release.ts';
import type { ModelCard } from './schema.ts';
import type { Site } from './site.ts';
import { type Standing, standings } from './standing.ts';

/** One team on the board. */
export interface BoardRow {
  readonly team: string;
  readonly kind: 'team' | 'baseline';
  readonly system: string;
  readonly card: ModelCard;
  readonly score: number | null;
  /** Where the phase reveals more than the Ladder. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** Letters: systems that share one cannot be told apart. */
  readonly groups: string;
  /** Best and worst rank that the tests leave open. */
  readonly rank: readonly [best: number, worst: number];
  readonly submissions: number;
  readonly received: string;
}

/** The board of a phase; `sealed` where the phase reveals nothing before it closes. */
export interface Board {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly primary: string;
  readonly sealed: boolean;
  readonly rows: readonly BoardRow[];
}

const LEVEL = 0.95;

/** The board of a phase as everyone may see it: the best first, with groups of systems that cannot be told apart. */
export async function boardOf(site: Site, challenge: OpenedChallenge, phase: PhaseName): Promise<Board> {
  const { declared, primary } = challenge;
  const release = releaseOf(challenge, phase, new Date());
  const head = { challenge: declared.id, phase, primary, sealed: release === 'nothing' };
  if (release === 'nothing') return { ...head, rows: [] };
  const standing = await standings(site.kysely, declared.id, phase);
  const shown = standing.map((entry) => ({
    ...entry,
    score: release === 'ladder' ? entry.released : entry.value,
  }));
  const differs = await differencesOf(site, standing);
  const cards = await cardsOf(site, standing);
  const sign = signOf(challenge);
  const scores = shown.map(({ score }) => sign * (score ?? Number.NaN));
  const rows = rankGroups(scores, differs).map(({ system: at, groups, rank }): BoardRow => {
    const { id, team, kind, system, score, low, high, submissions, received } = shown[at];
    const interval = release === 'sheet' ? { low, high } : {};
    const rest = { card: cards.get(id) ?? {}, submissions, received: received.toISOString() };
    return { team, kind, system, score, ...interval, groups, rank, ...rest };
  });
  return { ...head, rows };
}

/** Whether two of these systems differ: paired bootstrap, Holm's correction over all pairs. Pairs without a test do not. */
async function differencesOf(
  { kysely }: Site,
  systems: readonly Standing[],
): Promise<(i: number, j: number) => boolean> {
  const position = new Map(systems.map(({ id }, at) => [id, at]));
  const ids = [...position.keys()];
  if (ids.length < 2) return () => false;
  const pairs = await kysely
    .selectFrom('pair')
    .selectAll()
    .where('a', 'in', ids)
    .where('b', 'in', ids)
    .execute();
  const adjusted = holm(pairs.map(({ difference, standard_error: error }) => pOf(difference, error)));
  const key = (i: number, j: number): number => Math.min(i, j) * ids.length + Math.max(i, j);
  const apart = new Set(
    pairs
      .filter((_, at) => adjusted[at] < 1 - LEVEL)
      .map(({ a, b }) => key(position.get(a)!, position.get(b)!)),
  );
  return (i, j) => apart.has(key(i, j));
}

/** Two-sided, by the normal approximation to the bootstrap; 1 for equal answers. */
const pOf = (difference: number, standardError: number): number =>
  standardError > 0 ? 2 * normalSurvival(Math.abs(difference) / standardError) : difference === 0 ? 1 : 0;

async function cardsOf({ kysely }: Site, systems: readonly Standing[]): Promise<Map<string, ModelCard>> {
  if (systems.length === 0) return new Map();
  const rows = await kysely
    .selectFrom('submission')
    .select(['id', 'card'])
    .where(
      'id',
      'in',
      systems.map(({ id }) => id),
    )
    .execute();
  return new Map(rows.map(({ id, card }) => [id, card]));
}
