import type { Text } from '../ground/language.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { availableSplits, readSplit } from './corpus.ts';
import { compareSources } from './disagreement.ts';
import { releaseSize } from './release/release-sizes.ts';

/** Lengths in characters (UTF-16 code units) of all texts of an example together. */
export interface Lengths {
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

export interface SplitSummary {
  readonly split: SplitName;
  readonly synthetic: boolean;
  readonly examples: number;
  /** Independent units: queries, questions, linked texts. */
  readonly groups: number;
  readonly lengths: Lengths;
  /** Gold labels of all examples by frequency: classes, entity types, grades, predicates, statuses. */
  readonly labels: readonly Count[];
  /** Sum of `labels`: entities, documents graded, triples, symptoms, or one an example. */
  readonly annotations: number;
  /** Examples without any annotation. */
  readonly unannotated: number;
  /** By code. */
  readonly notices: readonly Count[];
  /** Examples in the official file, where it was counted. */
  readonly official?: number;
  /** Only where both formats of an NER split are there. */
  readonly disagreement?: {
    readonly agreed: number;
    readonly onlyPrimary: number;
    readonly onlyAlternative: number;
    readonly differentTexts: number;
  };
}

export interface TaskSummary {
  readonly task: string;
  readonly family: string;
  readonly splits: readonly SplitSummary[];
  /** Where printed sizes are wrong. */
  readonly note?: Text;
}

/** Counts every split of a task that is there. Throws the UserErrors of `readSplit`. */
export async function summarizeTask(task: Task, dataDir: string): Promise<TaskSummary> {
  const splits: SplitSummary[] = [];
  for (const split of availableSplits(task, dataDir)) splits.push(await summarizeSplit(task, split, dataDir));
  const note = releaseSize(task)?.note;
  return { task: task.id, family: task.family, splits, ...(note ? { note } : {}) };
}

async function summarizeSplit(task: Task, split: SplitName, dataDir: string): Promise<SplitSummary> {
  const { examples, notices, synthetic } = await readSplit(task, split, { dataDir });
  const family = familyOf(task);
  const labels = examples.map((example) => family.labels(example));
  const flat = labels.flat();
  const official = synthetic ? undefined : releaseSize(task)?.sizes[split];
  const comparable = availableSplits(task, dataDir, 'alternative').includes(split);
  return {
    split,
    synthetic,
    examples: examples.length,
    groups: new Set(examples.map(({ id, group }) => (group === undefined ? `id ${id}` : `group ${group}`)))
      .size,
    lengths: describeLengths(
      examples.map(({ input }) => family.texts(input).reduce((sum, text) => sum + text.length, 0)),
    ),
    labels: countNames(flat.map((label) => [label, 1])),
    annotations: flat.length,
    unannotated: labels.filter((own) => own.length === 0).length,
    notices: countNames(notices.map(({ code, count = 1 }) => [code, count])),
    ...(official === undefined ? {} : { official }),
    ...(comparable ? { disagreement: await countDisagreement(task, split, dataDir) } : {}),
  };
}

async function countDisagreement(task: Task, split: SplitName, dataDir: string) {
  const { agreed, onlyPrimary, onlyAlternative, differentTexts } = await compareSources(task, split, dataDir);
  return {
    agreed,
    onlyPrimary: onlyPrimary.length,
    onlyAlternative: onlyAlternative.length,
    differentTexts: differentTexts.length,
  };
}

/** Nearest-rank quantiles: every figure is the length of some example. */
function describeLengths(lengths: readonly number[]): Lengths {
  const sorted = Float64Array.from(lengths).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const mean = sorted.reduce((sum, length) => sum + length, 0) / sorted.length;
  return { min: at(0), median: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), mean };
}

/** How often each name occurs, the most frequent first, ties in order of first appearance. */
function countNames(names: Iterable<readonly [name: string, times: number]>): Count[] {
  const counts = new Map<string, number>();
  for (const [name, times] of names) counts.set(name, (counts.get(name) ?? 0) + times);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}
