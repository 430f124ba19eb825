import { openJudged } from '../datasets/dataset.ts';
import { resolveDataDir } from '../datasets/directory.ts';
import { readAgreement } from '../datasets/import-record.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { UserError } from '../ground/errors.ts';
import { writeAtomic } from '../ground/files.ts';
import type { Example } from '../tasks/examples.ts';
import { analyse, type TaskAnalysis } from './analysis.ts';
import { reportPage } from './page.ts';

/** Analyses runs for a report; the training examples are read where they are available. */
export async function analyseRuns(runs: readonly OpenedRun[], dataDir: string): Promise<TaskAnalysis[]> {
  const trains = new Map<string, Promise<readonly Example[]>>();
  const trainOf = (run: OpenedRun): Promise<readonly Example[]> => {
    const { task, split, source } = run.record;
    const key = JSON.stringify([task.id, split, source]);
    const reading = trains.get(key) ?? readTrain(run, dataDir);
    trains.set(key, reading);
    return reading;
  };
  const analyses = await analyse(runs, trainOf);
  return Promise.all(
    analyses.map(async (one) => ({ ...one, agreement: await readAgreement(one.runs[0].run.task, dataDir) })),
  );
}

async function readTrain({ task, record }: OpenedRun, dataDir: string): Promise<readonly Example[]> {
  try {
    const { split, source } = record;
    const { dataset, part } = await openJudged({ task, dir: dataDir, split, source });
    return (await dataset.division(part)).train;
  } catch (error) {
    if (error instanceof UserError && (error.code === 'split-absent' || error.code === 'no-gold')) return [];
    throw error;
  }
}

/** Where the corpora of the runs are, and the date that the report shows. */
export interface ReportOptions {
  /** Default: the one that `resolveDataDir` finds. */
  readonly dataDir?: string;
  /** Default: now. */
  readonly created?: Date;
}

/**
 * Writes a report on runs, of one task or several, as one HTML file that needs nothing else: scores with intervals,
 * comparison, breakdowns, every error with its example. Training examples are read if they are available.
 *
 * @example
 * ```ts
 * import { evaluate, findTask, openRuns, samplesDir, writeReport } from 'chineseblue';
 *
 * const [task, dataDir] = [findTask('cMedIC'), samplesDir()];
 * const { directory } = await evaluate({ task, model: 'linear', dataDir });
 * await writeReport('report.html', await openRuns([directory], { dataDir }), { dataDir });
 * ```
 */
export async function writeReport(
  file: string,
  runs: readonly OpenedRun[],
  { dataDir = resolveDataDir(undefined, process.env).dir, created = new Date() }: ReportOptions = {},
): Promise<void> {
  await writeAnalyses(file, await analyseRuns(runs, dataDir), created);
}

/** The same from analysed runs. */
export async function writeAnalyses(
  file: string,
  tasks: readonly TaskAnalysis[],
  created: Date,
): Promise<void> {
  await writeAtomic(file, reportPage(tasks, created));
}
