import { existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { openDataset } from '../datasets/dataset.ts';
import type { Predicted } from '../datasets/exports/records.ts';
import { requireReleased, splitNames } from '../datasets/schemes/registry.ts';
import { nameOf } from '../ground/files.ts';
import { withRereadable } from '../ground/spool.ts';
import { answeredSplit } from '../scoring/answered-split.ts';
import { readAnyPredictions } from '../scoring/corpus-format.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import type { Prediction } from '../tasks/examples.ts';
import { judgedSplit, type SplitName, type Task } from '../tasks/task.ts';
import { openRuns } from './opened.ts';

/** The exported part of a model's answers. */
export interface ExportedAnswers {
  readonly split: SplitName;
  readonly predicted: Predicted;
}

interface Wanted {
  readonly task: Task;
  /** The data directory. */
  readonly dir: string;
  readonly runsDir: string;
  /** The split of a file that does not state it. Default: the evaluation split of the task. */
  readonly split?: SplitName;
}

/**
 * The answers of a kept run, by its directory or id, or of a file of predictions, ready to be exported. Throws a UserError
 * as `openRuns` and `readAnyPredictions` do, for predictions unfit to be used, and `split-regrouped`.
 */
export async function openAnswers(name: string, wanted: Wanted): Promise<ExportedAnswers> {
  const isRun = !isFile(name) && name !== '-';
  return isRun ? ofRun(name, wanted) : ofFile(name, wanted);
}

const WHAT = { en: 'Exports', zh: '导出' };

const isFile = (name: string): boolean => existsSync(name) && !statSync(name).isDirectory();

async function ofRun(name: string, { task, dir, runsDir }: Wanted): Promise<ExportedAnswers> {
  const [run] = await openRuns([name], { dataDir: dir, runsDir, among: [task] });
  const split = requireReleased(run.record.split, WHAT);
  return {
    split,
    predicted: { model: run.record.model.name, answers: byId(run.examples, run.predictions) },
  };
}

async function ofFile(file: string, { task, dir, split: given }: Wanted): Promise<ExportedAnswers> {
  const name = nameOf(file);
  return withRereadable(file, async (path) => {
    const own = await answeredSplit(path);
    const stated = splitNames.find((split) => split === own);
    const split = requireReleased(given ?? stated ?? judgedSplit(task), WHAT);
    const dataset = await openDataset({ task, dir, scheme: 'released' });
    const { questions } = await dataset.split(split);
    const read = await readAnyPredictions({ path, name }, dataset.task, questions, {
      split,
      inferOffsets: true,
    });
    refuseUnfit(name, read);
    const model = basename(name, extname(name));
    return { split, predicted: { model, answers: byId(questions, read.predictions) } };
  });
}

function byId(
  questions: readonly { readonly id: string }[],
  predictions: readonly (Prediction | undefined)[],
): Map<string, Prediction> {
  const answers = new Map<string, Prediction>();
  for (const [i, { id }] of questions.entries()) {
    const prediction = predictions[i];
    if (prediction !== undefined) answers.set(id, prediction);
  }
  return answers;
}
