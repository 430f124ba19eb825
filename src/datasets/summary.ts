import type { Text } from '../ground/language.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { type Dataset, type DatasetNote, openDataset, splitsAtHand } from './dataset.ts';
import { compareSources } from './disagreement.ts';
import { findLabelDoubts, type LabelDoubt } from './label-doubts.ts';
import { releaseSize } from './release/release-sizes.ts';
import { unitCount } from './units.ts';

/** Lengths in characters (UTF-16 code units) of all texts of an example together. */
export interface Lengths {
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** How often something occurs. */
export interface Count {
  readonly name: string;
  readonly count: number;
}

/** What one split holds. */
export interface SplitSummary {
  readonly split: SplitName;
  readonly synthetic: boolean;
  readonly examples: number;
  /** Independent units: queries, questions, linked texts. */
  readonly groups: number;
  readonly lengths: Lengths;
  /** Gold labels of all examples by frequency: classes, entity types, grades, predicates, statuses. */
  readonly labels: readonly Count[];
  /** Sum of `labels`: entities, documents graded, triples, symptoms, or one for each example. */
  readonly annotations: number;
  /** Examples without any annotation. */
  readonly unannotated: number;
  /** By code. */
  readonly notices: readonly Count[];
  /** Absent where there is gold. */
  readonly hasGold?: false;
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

/** What the splits of a task hold. */
export interface TaskSummary {
  readonly task: string;
  readonly family: string;
  readonly splits: readonly SplitSummary[];
  /** What a reader of the figures should know: see `Dataset.notes`. */
  readonly notes?: readonly DatasetNote[];
  /** What is suspicious about labels that were taken from the data. */
  readonly doubts?: readonly LabelDoubt[];
  /** Where printed sizes are wrong. */
  readonly note?: Text;
}

export interface SummaryOptions {
  /** Refuse a task without any split, with the UserError of reading it. */
  readonly required?: boolean;
  readonly signal?: AbortSignal;
  /** The share of tasks done, 0 to 1, and the id of the next one. */
  readonly onProgress?: (share: number, task: string) => void;
}

/** Counts the datasets of tasks, one after the other. Throws the UserErrors of `Dataset.split`. */
export async function summarizeTasks(
  tasks: readonly Task[],
  dir: string,
  { required = false, signal, onProgress }: SummaryOptions = {},
): Promise<TaskSummary[]> {
  const summaries: TaskSummary[] = [];
  for (const [i, task] of tasks.entries()) {
    signal?.throwIfAborted();
    onProgress?.(i / tasks.length, task.id);
    const dataset = await openDataset({ task, dir });
    const summary = await summarize(dataset);
    if (required && summary.splits.length === 0) await dataset.split('test');
    summaries.push(summary);
  }
  return summaries;
}

/**
 * Counts every split of a dataset that is there. Throws the UserErrors of `Dataset.split`.
 *
 * @example
 * ```ts
 * import { findTask, openDataset, samplesDir, summarize } from 'chineseblue/datasets';
 *
 * const data = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
 * const { splits } = await summarize(data);
 * splits.map(({ split, examples }) => [split, examples]); // [['train', 150], ['dev', 45], ['test', 60]]
 * const [train] = splits;
 * console.log(train.lengths.median, train.labels);
 * ```
 */
export async function summarize(dataset: Dataset): Promise<TaskSummary> {
  const { task } = dataset;
  const splits: SplitSummary[] = [];
  for (const split of dataset.splits) splits.push(await summarizeSplit(dataset, split));
  const note = releaseSize(task)?.note;
  const doubts = await findLabelDoubts(dataset);
  return {
    task: task.id,
    family: task.family,
    splits,
    ...(dataset.notes.length > 0 ? { notes: dataset.notes } : {}),
    ...(doubts.length > 0 ? { doubts } : {}),
    ...(note ? { note } : {}),
  };
}

async function summarizeSplit(dataset: Dataset, name: SplitName): Promise<SplitSummary> {
  const { task, dir } = dataset;
  const split = await dataset.split(name);
  const family = familyOf(task);
  const labels = split.hasGold ? split.examples.map((example) => family.labels(example)) : [];
  const flat = labels.flat();
  const official = split.synthetic ? undefined : releaseSize(task)?.sizes[name];
  const comparable = splitsAtHand({ task, dir, source: 'alternative' }).includes(name);
  const lengths = split.questions.map(({ input }) =>
    family.texts(input).reduce((sum, text) => sum + text.length, 0),
  );
  return {
    split: name,
    synthetic: split.synthetic,
    examples: split.questions.length,
    groups: unitCount(split.hasGold ? split.examples : split.questions),
    lengths: describeLengths(lengths),
    labels: countNames(flat.map((label) => [label, 1])),
    annotations: flat.length,
    unannotated: labels.filter((own) => own.length === 0).length,
    notices: countNames(split.notices.map(({ code, count = 1 }) => [code, count])),
    ...(split.hasGold ? {} : { hasGold: false as const }),
    ...(official === undefined ? {} : { official }),
    ...(comparable ? { disagreement: await countDisagreement(dataset, name) } : {}),
  };
}

async function countDisagreement(dataset: Dataset, split: SplitName) {
  const { agreed, onlyPrimary, onlyAlternative, differentTexts } = await compareSources(dataset, split);
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
