import type { ExportRecord } from './export-format.ts';
import type { Obstacle } from './obstacles.ts';

/** Statistics of all records of a split, collected before the first is written. */
export interface SplitFacts {
  /** Records that are written. */
  readonly count: number;
  readonly isPair: boolean;
  /** Some records have gold; all have. */
  readonly hasGold: boolean;
  readonly allGold: boolean;
  readonly hasGroups: boolean;
  readonly allGrouped: boolean;
  /** Some entities have several parts. */
  readonly hasParts: boolean;
  readonly spanTypes: ReadonlySet<string>;
  readonly relationTypes: ReadonlySet<string>;
  readonly ids: {
    /** They are the numbers of the records, and so are found again. */
    readonly areNumbers: boolean;
    /** They are valid file names on every file system, and distinct even ignoring letter case. */
    readonly nameFiles: boolean;
  };
}

/** What determines the columns of tables, which are the same in all splits. */
export type SharedFacts = Pick<SplitFacts, 'isPair' | 'hasGroups' | 'hasParts'>;

export const sharedFacts = (all: readonly SharedFacts[]): SharedFacts => ({
  isPair: all.some(({ isPair }) => isPair),
  hasGroups: all.some(({ hasGroups }) => hasGroups),
  hasParts: all.some(({ hasParts }) => hasParts),
});

export type Obstacles = ReadonlyMap<Obstacle, { readonly count: number; readonly first: string }>;

/** A record that a format can hold, or why it cannot. */
export type Candidate =
  | { readonly record: ExportRecord }
  | { readonly id: string; readonly obstacle: Obstacle };

/** Checks every record of a split once: which are written, and why others cannot be. */
export async function survey(
  candidates: AsyncIterable<Candidate>,
): Promise<{ readonly facts: SplitFacts; readonly obstacles: Obstacles }> {
  const obstacles = new Map<Obstacle, { count: number; first: string }>();
  const [spanTypes, relationTypes, names] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const facts = { count: 0, isPair: false, hasGold: false, allGold: true };
  const more = { hasGroups: false, allGrouped: true, hasParts: false };
  const ids = { areNumbers: true, nameFiles: true };
  for await (const candidate of candidates) {
    if ('obstacle' in candidate) {
      const { count, first } = obstacles.get(candidate.obstacle) ?? { count: 0, first: candidate.id };
      obstacles.set(candidate.obstacle, { count: count + 1, first });
      continue;
    }
    const { id, texts, gold, group } = candidate.record;
    ids.areNumbers &&= id === String(facts.count);
    if (ids.nameFiles) {
      names.add(id.normalize('NFC').toLowerCase());
      ids.nameFiles = canNameFile(id) && names.size === facts.count + 1;
    }
    facts.count++;
    facts.isPair ||= texts.length > 1;
    facts.hasGold ||= gold !== undefined;
    facts.allGold &&= gold !== undefined;
    more.hasGroups ||= group !== undefined;
    more.allGrouped &&= group !== undefined;
    for (const { type, fragments } of gold?.spans ?? []) {
      spanTypes.add(type);
      more.hasParts ||= fragments !== undefined;
    }
    for (const { type } of gold?.relations ?? []) relationTypes.add(type);
  }
  return { facts: { ...facts, ...more, spanTypes, relationTypes, ids }, obstacles };
}

const MOST_BYTES = 200;

const canNameFile = (id: string): boolean =>
  /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u.test(id) && Buffer.byteLength(id) <= MOST_BYTES;
