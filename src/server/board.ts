import { sql } from 'kysely';
import { UserError } from '../ground/errors.ts';
import type { SubsetScores } from '../scoring/score-sheet.ts';
import { rankGroups } from '../statistics/groups.ts';
import { holm } from '../statistics/holm.ts';
import { normalSurvival } from '../statistics/normal.ts';
import { conventionsOf } from '../tasks/conventions.ts';
import type { PhaseName } from './challenge.ts';
import { type OpenedChallenge, signOf } from './challenges.ts';
import { createMemory, type Memory } from './memory.ts';
import { type Release, releaseOf } from './release.ts';
import { type Reproduction, reproductionsOf } from './reproduction.ts';
import type { ModelCard } from './schema.ts';
import type { Site } from './site.ts';
import { boardVersion, type Standing, standings } from './standing.ts';

/** One team on the board. */
export interface BoardRow {
  /** Id of the submission that counts. */
  readonly submission: string;
  readonly team: string;
  readonly kind: 'team' | 'baseline';
  readonly system: string;
  readonly card: ModelCard;
  /** Under the convention and on the subset of the board; null where it is undefined. */
  readonly score: number | null;
  /** Present where the phase reveals more than the Ladder. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** Letters: systems that share one do not differ significantly under the primary convention on all examples. */
  readonly groups: string;
  /** Best and worst rank that the tests leave open. */
  readonly rank: readonly [best: number, worst: number];
  readonly submissions: number;
  readonly received: string;
  /** Present where the result was reproduced by others. */
  readonly reproduced?: Reproduction;
}

/** What a board may be ordered by. */
export interface Shown {
  readonly subset: string;
  readonly convention: string;
}

/** A subset of the examples, with its size. */
export type SubsetSize = { readonly name: string } & Pick<SubsetScores, 'examples' | 'units'>;

/** The board of a phase; `sealed` where the phase reveals nothing before it closes. */
export interface Board extends Shown {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly primary: string;
  readonly sealed: boolean;
  /** Whether only the scores of the Ladder are shown. */
  readonly blind: boolean;
  /** The subsets and conventions that the board can show; blind phases have one of each. */
  readonly subsets: readonly SubsetSize[];
  readonly conventions: readonly string[];
  readonly rows: readonly BoardRow[];
}

/** The subset of all examples. */
export const ALL = 'all';
const LEVEL = 0.95;

/**
 * The board of a phase as everyone may see it: the best first, with groups of systems that do not differ significantly. Throws a
 * UserError `not-shown` for a subset or convention that does not exist or that the phase does not reveal.
 */
export async function boardOf(
  site: Site,
  challenge: OpenedChallenge,
  phase: PhaseName,
  asked: Partial<Shown> = {},
): Promise<Board> {
  const { declared, primary } = challenge;
  // Time and the state of the challenge are checked on every request; only what they allow is cached.
  const release = releaseOf(challenge, phase, new Date());
  const { subsets, conventions, rowsBy } =
    release === 'nothing'
      ? { subsets: [], conventions: [primary], rowsBy: async () => [] }
      : await keptBasis(site, challenge, phase, release);
  const { subset = ALL, convention = primary } = asked;
  requireShown('subset', subset, [ALL, ...subsets.map(({ name }) => name)]);
  requireShown('convention', convention, conventions);
  return {
    ...{ challenge: declared.id, phase, primary, subset, convention, subsets, conventions },
    rows: await rowsBy({ subset, convention }),
    ...{ sealed: release === 'nothing', blind: release === 'ladder' },
  };
}

/** The data behind the boards of a phase by any subset and convention. */
interface Basis extends Pick<Board, 'subsets' | 'conventions'> {
  /** Rows for a subset and convention. */
  rowsBy(shown: Shown): Promise<readonly BoardRow[]>;
}

/** Phases whose boards are cached. */
const KEPT_PHASES = 64;
/** Boards of a phase that are cached, by subset and convention. */
const KEPT_ORDERS = 32;
const memories = new WeakMap<Site, Memory<Basis>>();

/** The data behind the boards of a phase, read again only if something was scored or marked since. */
async function keptBasis(
  site: Site,
  challenge: OpenedChallenge,
  phase: PhaseName,
  release: Release,
): Promise<Basis> {
  const memory = memories.get(site) ?? createMemory<Basis>(KEPT_PHASES);
  memories.set(site, memory);
  const { id } = challenge.declared;
  const version = await boardVersion(site.kysely, id, phase);
  return memory.recall(`${id}/${phase}/${release}`, version, () => basisOf(site, challenge, phase, release));
}

async function basisOf(
  site: Site,
  challenge: OpenedChallenge,
  phase: PhaseName,
  release: Release,
): Promise<Basis> {
  const { declared, primary, task } = challenge;
  const standing = await standings(site.kysely, declared.id, phase);
  const subsets = release === 'sheet' ? await subsetsOf(site, standing) : [];
  const conventions = release === 'sheet' ? conventionsOf(task).map(({ id }) => id) : [primary];
  const ranked = await rankedRows(site, challenge, standing, release);
  const orders = createMemory<readonly BoardRow[]>(KEPT_ORDERS);
  return {
    subsets,
    conventions,
    rowsBy: async (shown) =>
      shown.subset === ALL && shown.convention === primary
        ? ranked
        : orders.recall(JSON.stringify(shown), 0, () => orderedBy(site, challenge, ranked, shown)),
  };
}

/** Rows by the score that ranks them. */
async function rankedRows(
  site: Site,
  challenge: OpenedChallenge,
  standing: readonly Standing[],
  release: Release,
): Promise<BoardRow[]> {
  if (standing.length === 0) return [];
  const shown = standing.map((entry) => ({
    ...entry,
    score: release === 'ladder' ? entry.released : entry.value,
  }));
  const differs = await differencesOf(site, standing);
  const ids = standing.map(({ id }) => id);
  const cards = await cardsOf(site, ids);
  const reproduced = await reproductionsOf(site, ids);
  const sign = signOf(challenge);
  const scores = shown.map(({ score }) => sign * (score ?? Number.NaN));
  return rankGroups(scores, differs).map(({ system: at, groups, rank }): BoardRow => {
    const { id, team, kind, system, score, low, high, submissions, received } = shown[at];
    const interval = release === 'sheet' ? { low, high } : {};
    const rest = { card: cards.get(id) ?? {}, submissions, received: received.toISOString() };
    const badge = reproduced.get(id);
    return {
      ...{ submission: id, team, kind, system, score, ...interval, groups, rank, ...rest },
      ...(badge && { reproduced: badge }),
    };
  });
}

/** The same rows with another score, the best first. */
async function orderedBy(
  site: Site,
  { task }: OpenedChallenge,
  rows: readonly BoardRow[],
  { subset, convention }: Shown,
): Promise<BoardRow[]> {
  const parts = await subsetScoresOf(
    site,
    rows.map(({ submission }) => submission),
    subset,
  );
  const rescored = rows.map(
    (row): BoardRow => ({ ...row, ...scoreIn(parts.get(row.submission), convention) }),
  );
  const sign = conventionsOf(task).find(({ id }) => id === convention)?.smallerIsBetter ? -1 : 1;
  const sortable = ({ score }: BoardRow): number => (score === null ? -Infinity : sign * score);
  return rescored.sort((a, b) => sortable(b) - sortable(a));
}

/** A score with its interval under a convention from a stored sheet: null where it is undefined, which is a string in JSON. */
export function scoreIn(
  part: SubsetScores | undefined,
  wanted: string,
): Required<Pick<BoardRow, 'score' | 'low' | 'high'>> {
  const found = part?.scores.find(({ convention }) => convention === wanted);
  const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const { low, high } = found?.interval ?? {};
  return { score: numberOf(found?.value), low: numberOf(low), high: numberOf(high) };
}

/** The scores of submissions on a subset, by submission. */
export async function subsetScoresOf(
  { kysely }: Site,
  ids: readonly string[],
  subset: string,
): Promise<Map<string, SubsetScores>> {
  if (ids.length === 0) return new Map();
  const rows = await kysely
    .selectFrom('submission')
    .select(['id', sql<SubsetScores | null>`sheet -> 'subsets' -> ${subset}::text`.as('part')])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.flatMap(({ id, part }) => (part ? [[id, part] as const] : [])));
}

/** The subsets that were scored: the same for all submissions of a phase. */
async function subsetsOf({ kysely }: Site, standing: readonly Standing[]): Promise<SubsetSize[]> {
  const [first] = standing;
  if (!first) return [];
  const { rows } = await sql<SubsetSize>`
    select part.key as name, (part.value ->> 'examples')::int as examples, (part.value ->> 'units')::int as units
    from submission, json_each(sheet -> 'subsets') as part where id = ${first.id}
  `.execute(kysely);
  return rows;
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

/** Two-sided, by the normal approximation to the bootstrap; 1 for equal answers, NaN where a score is undefined. */
export function pOf(difference: number, standardError: number): number {
  if (Number.isNaN(difference) || Number.isNaN(standardError)) return Number.NaN;
  if (standardError > 0) return 2 * normalSurvival(Math.abs(difference) / standardError);
  return difference === 0 ? 1 : 0;
}

/** Model cards by submission. */
export async function cardsOf({ kysely }: Site, ids: readonly string[]): Promise<Map<string, ModelCard>> {
  if (ids.length === 0) return new Map();
  const rows = await kysely.selectFrom('submission').select(['id', 'card']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, card }) => [id, card]));
}

function requireShown(field: keyof Shown, asked: string, known: readonly string[]): void {
  if (known.includes(asked)) return;
  throw new UserError(
    'not-shown',
    { en: 'This phase does not show that', zh: '该阶段不显示此项' },
    {
      field,
      hint: {
        en: `It shows ${[...new Set(known)].join(', ')}.`,
        zh: `可选：${[...new Set(known)].join('、')}。`,
      },
    },
  );
}
