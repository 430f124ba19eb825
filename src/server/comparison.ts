import { UserError } from '../ground/errors.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { ALL, type Board, type BoardRow, boardOf, pOf, scoreIn, subsetScoresOf } from './board.ts';
import type { PhaseName } from './challenge.ts';
import type { OpenedChallenge } from './challenges.ts';
import type { Site } from './site.ts';

/** Two scores under one convention on one subset. */
export interface ScorePair {
  readonly subset: string;
  readonly convention: string;
  readonly a: number | null;
  readonly b: number | null;
}

/** Score of a minus that of b under the primary convention on all examples, from the paired bootstrap. */
export interface TestedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, of this pair alone: the letters of the board are corrected for all pairs. */
  readonly p: number;
}

/** Two systems of a board, side by side: aggregates only. */
export interface SideBySide {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly primary: string;
  readonly blind: boolean;
  readonly a: BoardRow;
  readonly b: BoardRow;
  /** Whether they share a letter of the board. */
  readonly together: boolean;
  /** Absent in blind phases, and where the two were never compared or a score is undefined. */
  readonly tested?: TestedDifference;
  /** In blind phases the released scores only. */
  readonly scores: readonly ScorePair[];
}

const LEVEL = 0.95;

/**
 * Compares the counting submissions of two teams in a phase. Throws a UserError `no-team` for a team that is not on the board,
 * which includes sealed boards.
 */
export async function compareOnBoard(
  site: Site,
  challenge: OpenedChallenge,
  phase: PhaseName,
  teams: readonly [a: string, b: string],
): Promise<SideBySide> {
  const board = await boardOf(site, challenge, phase);
  const { primary, blind, challenge: id } = board;
  const [a, b] = teams.map((team) => rowOf(board, team));
  const together = lettersOf(a).some((letter) => lettersOf(b).includes(letter));
  const head = { challenge: id, phase, primary, blind, a, b, together };
  if (blind) return { ...head, scores: [{ subset: ALL, convention: primary, a: a.score, b: b.score }] };
  const scores: ScorePair[] = [];
  for (const { name: subset } of board.subsets) {
    const parts = await subsetScoresOf(site, [a.submission, b.submission], subset);
    const scoreOf = ({ submission }: BoardRow, convention: string): number | null =>
      scoreIn(parts.get(submission), convention).score;
    for (const convention of board.conventions)
      scores.push({ subset, convention, a: scoreOf(a, convention), b: scoreOf(b, convention) });
  }
  return { ...head, scores, tested: await testOf(site, a, b) };
}

/** After z comes a'. */
const lettersOf = ({ groups }: BoardRow): string[] => groups.match(/[a-z]'*/g) ?? [];

function rowOf({ rows }: Board, team: string): BoardRow {
  const found = rows.find((row) => row.team === team);
  if (found) return found;
  throw new UserError(
    'no-team',
    { en: `${team} is not on this board`, zh: `${team} 不在该排行榜上` },
    { field: 'team' },
  );
}

async function testOf({ kysely }: Site, a: BoardRow, b: BoardRow): Promise<TestedDifference | undefined> {
  const ids = [a.submission, b.submission];
  const found = await kysely
    .selectFrom('pair')
    .selectAll()
    .where('a', 'in', ids)
    .where('b', 'in', ids)
    .executeTakeFirst();
  if (!found || a.submission === b.submission || Number.isNaN(found.difference)) return undefined;
  const difference = found.a === a.submission ? found.difference : -found.difference;
  const reach = normalQuantile((1 + LEVEL) / 2) * found.standard_error;
  const p = pOf(difference, found.standard_error);
  return { difference, low: difference - reach, high: difference + reach, p };
}
