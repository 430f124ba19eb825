import type { Text } from '../ground/language.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { availableSplits, type Dataset, type DatasetNote, openDataset } from './dataset.ts';
import { compareSources } from './disagreement.ts';
import type { Notice } from './formats/format.ts';
import { findLabelDoubts, type LabelDoubt } from './label-doubts.ts';
import { MOST_HELD, openPasses, type Pass } from './passes.ts';
import { releaseSize } from './release/release-sizes.ts';
import { hasGold } from './split.ts';
import { createUnitNumbers } from './unit-numbers.ts';

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

/** The content of one split. */
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
  /** Absent if there is gold. */
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

/** The content of the splits of a task. */
export interface TaskSummary {
  readonly task: string;
  readonly family: string;
  readonly splits: readonly SplitSummary[];
  /** What a reader of the figures should know: see `Dataset.notes`. */
  readonly notes?: readonly DatasetNote[];
  /** Doubts about labels that were taken from the data. */
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
 * Counts every available split of a dataset. Throws the UserErrors of `Dataset.split`.
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
  for (const pass of await openPasses(dataset)) splits.push(await summarizeSplit(dataset, pass));
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

async function summarizeSplit(dataset: Dataset, pass: Pass): Promise<SplitSummary> {
  const { task, dir } = dataset;
  const { name, synthetic, hasGold } = pass;
  const official = synthetic ? undefined : releaseSize(task)?.sizes[name];
  const comparable = availableSplits({ task, dir, source: 'alternative' }).includes(name);
  const { lengths, units, labels, unannotated, notices } = await countItems(task, pass);
  return {
    split: name,
    synthetic,
    examples: lengths.length,
    groups: hasGold ? units : lengths.length,
    lengths: describeLengths(lengths),
    labels: sortCounts(labels),
    annotations: [...labels.values()].reduce((sum, count) => sum + count, 0),
    unannotated,
    notices: sortCounts(notices),
    ...(hasGold ? {} : { hasGold: false as const }),
    ...(official === undefined ? {} : { official }),
    ...(comparable ? { disagreement: await countDisagreement(dataset, name) } : {}),
  };
}

/** Counts the items of a split in one pass. */
async function countItems(task: Task, pass: Pass) {
  const { texts, labels: labelsOf } = familyOf(task);
  using units = createUnitNumbers(task, { mostHeld: MOST_HELD });
  const lengths: number[] = [];
  const labels = new Map<string, number>();
  const notices = new Map<string, number>();
  let unannotated = 0;
  const notice = (noticed: readonly Notice[]): void => {
    for (const { code, count = 1 } of noticed) notices.set(code, (notices.get(code) ?? 0) + count);
  };
  for await (const items of pass.items(notice)) {
    for (const item of items) {
      lengths.push(texts(item.input).reduce((sum, text) => sum + text.length, 0));
      units.add(item);
      if (!hasGold(item)) continue;
      const own = labelsOf(item);
      for (const label of own) labels.set(label, (labels.get(label) ?? 0) + 1);
      if (own.length === 0) unannotated++;
    }
  }
  const numbers = units.between(0, lengths.length);
  const alone = numbers.filter((unit) => unit < 0).length;
  const named = new Set(numbers).size - (alone > 0 ? 1 : 0);
  return { lengths, units: alone + named, labels, unannotated, notices };
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

/** The most frequent first, ties in order of first appearance. */
const sortCounts = (counts: ReadonlyMap<string, number>): Count[] =>
  [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
