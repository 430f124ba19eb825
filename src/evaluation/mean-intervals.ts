import { samplesDir } from '../datasets/directory.ts';
import { UserError } from '../ground/errors.ts';
import { meanInterval } from '../scoring/mean-interval.ts';
import { groupAnswers } from '../scoring/units.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Task } from '../tasks/task.ts';
import { keepInterval, readKeptInterval } from './kept-interval.ts';
import { type OpenedRun, openRuns } from './opened.ts';
import type { StoredRun } from './store.ts';
import { subsetIds } from './subset-ids.ts';
import type { ScoreSummary, Summary } from './summary.ts';

/** Where the gold for intervals is. */
export interface IntervalPlaces {
  readonly dataDir: string;
  /** The tasks to look the recorded names up in. */
  readonly among: readonly Task[];
  /** The directory of the subsets on which the runs were scored. */
  readonly subsets?: string;
  readonly signal?: AbortSignal;
}

/**
 * Adds the interval of the mean of several runs (`meanInterval`). Computing it takes the answers of all runs and their gold, so
 * it is kept next to the run that comes first by split and seed, and read from there the next time. Where it was never computed
 * and the corpus is not available, there is none, and `noInterval` says why.
 */
export async function addIntervals(
  summaries: readonly Summary[],
  places: IntervalPlaces,
): Promise<Summary[]> {
  const done: Summary[] = [];
  for (const summary of summaries) {
    places.signal?.throwIfAborted();
    done.push(summary.runs.length < 2 ? summary : await addInterval(summary, places));
  }
  return done;
}

async function addInterval(summary: Summary, places: IntervalPlaces): Promise<Summary> {
  const runs = inOrder(summary.runs);
  const kept = places.subsets === undefined ? await readKeptInterval(runs) : undefined;
  if (kept) return withIntervals(summary, { all: kept.interval });
  let opened: readonly OpenedRun[];
  try {
    opened = await openWithGold(runs, places);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...summary, noInterval: error };
  }
  const all = intervalOfMean(opened);
  await keepInterval(runs, all);
  return withIntervals(summary, { ...(await subsetIntervals(opened, places)), all });
}

/** The order in which runs are averaged, however they are listed. */
const inOrder = (runs: readonly StoredRun[]): StoredRun[] =>
  runs.toSorted(
    ({ record: a }, { record: b }) =>
      a.split.localeCompare(b.split) || a.seed - b.seed || a.id.localeCompare(b.id),
  );

function withIntervals(summary: Summary, intervals: Readonly<Record<string, Interval | undefined>>): Summary {
  const subsets = Object.entries(summary.subsets).map(([name, one]): [string, ScoreSummary] => [
    name,
    { ...one, interval: intervals[name] },
  ]);
  return { ...summary, interval: intervals.all, subsets: Object.fromEntries(subsets) };
}

/** Opens runs with their corpus; samples come with the package. Throws the UserError of the given directory. */
async function openWithGold(
  runs: readonly StoredRun[],
  { dataDir, among }: IntervalPlaces,
): Promise<OpenedRun[]> {
  const names = runs.map(({ directory }) => directory);
  try {
    return await openRuns(names, { dataDir, among });
  } catch (error) {
    if (!runs[0].record.synthetic) throw error;
    return await openRuns(names, { dataDir: samplesDir(), among }).catch(() => {
      throw error;
    });
  }
}

/** The interval of the mean of opened runs of one model, on all examples or the chosen ones: see `meanInterval`. */
export const intervalOfMean = (
  runs: readonly OpenedRun[],
  chosen?: (id: string) => boolean,
): Interval | undefined =>
  meanInterval(
    runs[0].task,
    runs.map(({ task, record, examples, predictions }) => ({
      part: record.split,
      units: groupAnswers(task, examples, predictions, chosen),
    })),
  );

async function subsetIntervals(
  runs: readonly OpenedRun[],
  { subsets }: IntervalPlaces,
): Promise<Record<string, Interval | undefined>> {
  if (subsets === undefined) return {};
  const [{ task, record }] = runs;
  const ids = await subsetIds(subsets, task, { split: record.split, files: record.corpus });
  return Object.fromEntries(
    Object.entries(ids).map(([name, own]) => [name, intervalOfMean(runs, (id) => own.has(id))]),
  );
}
