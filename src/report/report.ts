import { openJudged } from '../datasets/dataset.ts';
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
  return analyse(runs, trainOf);
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

/** Writes the report of analysed runs as one HTML file that needs nothing else. */
export async function writeReport(
  file: string,
  tasks: readonly TaskAnalysis[],
  created: Date,
): Promise<void> {
  await writeAtomic(file, reportPage(tasks, created));
}
