import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { writeJson } from '../../ground/files.ts';
import type { Example } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { commonUnits } from '../common-units.ts';
import { availableSplits, type CorpusFile, type Notice, readSplit, type Source } from '../corpus.ts';
import { formatRef } from '../finding.ts';
import { findTwins } from '../twins.ts';
import { splitBySeed } from './carve.ts';

/** The name under which everything below is fixed: another seed, share or rule is another name. */
export const REGROUPED = 'regrouped@1';

/** A split that may be judged: one as released, or the test part of a named alternative. */
export type JudgedSplit = SplitName | typeof REGROUPED;

const SEED = 20261122;
const SHARE = { test: 0.2, dev: 0.1 } as const;
/**
 * Examples that hang together in greater numbers than this share of all (and than `SMALL`) are learnt from, never
 * judged by: one component of near copies would otherwise be most of a split.
 */
const LARGE_SHARE = 0.01;
const SMALL = 10;

/** All examples of a corpus, split anew. Ids say where an example stood: `test:12`. */
export interface Regrouped {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly test: readonly Example[];
  /** One sentence for the record. */
  readonly rule: string;
  readonly files: readonly CorpusFile[];
  readonly notices: readonly Notice[];
  readonly synthetic: boolean;
}

/**
 * Pools every split of a task that is at hand and splits it anew, so that nothing that depends on each other is
 * parted: examples of one question, query or linked component, and twins (equal, near, mirrored) of each other and
 * of everything that hangs on them. Throws the UserErrors of `readSplit`, and `split-absent` where none is there.
 */
export async function readRegrouped(
  task: Task,
  options: { readonly dataDir: string; readonly source?: Source },
): Promise<Regrouped> {
  const names = availableSplits(task, options.dataDir, options.source);
  if (names.length === 0) await readSplit(task, 'test', options);
  const splits = await Promise.all(names.map((name) => readSplit(task, name, options)));
  const pool = joinDependent(task, splits);
  const sizes = new Map<string | undefined, number>();
  for (const { group } of pool) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const limit = Math.max(SMALL, LARGE_SHARE * pool.length);
  const free = pool.filter(({ group }) => (sizes.get(group) as number) <= limit);
  const rest = splitBySeed(free, (SHARE.test * pool.length) / free.length, SEED);
  const test = rest.held;
  const dev = splitBySeed(rest.kept, (SHARE.dev * pool.length) / rest.kept.length, SEED).held;
  const judged = new Set([...test, ...dev]);
  const train = pool.filter((example) => !judged.has(example));
  return {
    train,
    dev,
    test,
    rule: `${REGROUPED}: ${names.join(', ')} pooled and split anew, ${train.length} to learn from, ${dev.length} to tune on, ${test.length} to judge by; examples of one unit and twins are kept together; seed ${SEED}`,
    files: splits.flatMap(({ files }) => files),
    notices: splits.flatMap(({ notices }) => notices),
    synthetic: splits.some(({ synthetic }) => synthetic),
  };
}

/**
 * Writes `<task>.regrouped@1.json`: the ids of every part, for those who train elsewhere, valid for exactly the
 * files named in it. Returns the file's name.
 */
export async function writeRegrouped(
  directory: string,
  task: Task,
  { train, dev, test, rule, files }: Regrouped,
): Promise<string> {
  const file = join(directory, `${task.id}.${REGROUPED}.json`);
  const idsOf = (examples: readonly Example[]): string[] => examples.map(({ id }) => id);
  await writeJson(file, {
    schema: 'chineseblue/split@1',
    task: task.id,
    rule,
    files: files.map(({ path, sha256 }) => ({ path, sha256 })),
    splits: { train: idsOf(train), dev: idsOf(dev), test: idsOf(test) },
  });
  return file;
}

/** Refuses what holds for released splits only. */
export function requireReleased(split: JudgedSplit, what: string): SplitName {
  if (split !== REGROUPED) return split;
  throw new UserError('split-regrouped', `${what} are about the splits as released, not about ${REGROUPED}`, {
    hint: `Leave out --split ${REGROUPED}.`,
  });
}

/** Every example of all splits under an id of its own; `group` names what depends on each other. */
function joinDependent(task: Task, splits: Parameters<typeof findTwins>[1]): Example[] {
  const refs = splits.flatMap(({ name, examples }) =>
    examples.map(({ id }) => formatRef({ split: name, id })),
  );
  const links = createLinks(refs);
  const units = commonUnits(task, splits).flat();
  const firstOf = new Map<string, string>();
  for (const [i, unit] of units.entries()) {
    if (unit === undefined) continue;
    const first = firstOf.get(unit);
    if (first === undefined) firstOf.set(unit, refs[i]);
    else links.join(first, refs[i]);
  }
  for (const { groups = [] } of findTwins(task, splits)) {
    for (const [first, ...others] of groups) {
      for (const other of others) links.join(formatRef(first), formatRef(other));
    }
  }
  const examples = splits.flatMap((split) => split.examples);
  return examples.map((example, i) => ({ ...example, id: refs[i], group: links.find(refs[i]) }));
}

/** Sets that are joined two by two; every set is known by its member that comes first. */
function createLinks(names: readonly string[]) {
  const rank = new Map(names.map((name, i) => [name, i]));
  const parent = new Map(names.map((name) => [name, name]));
  const find = (name: string): string => {
    let at = name;
    for (let up = parent.get(at) as string; up !== at; up = parent.get(at) as string) {
      parent.set(at, parent.get(up) as string);
      at = up;
    }
    return at;
  };
  const join = (a: string, b: string): void => {
    const [first, second] = [find(a), find(b)].sort(
      (x, y) => (rank.get(x) as number) - (rank.get(y) as number),
    );
    parent.set(second, first);
  };
  return { find, join };
}
