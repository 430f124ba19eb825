import type { CorpusFile, Dataset, JudgedSplit } from '../datasets/dataset.ts';
import { requireReleased } from '../datasets/schemes/registry.ts';
import { readSubsets } from '../datasets/subsets.ts';
import type { SplitName } from '../tasks/task.ts';
import { readAnyPredictions } from './corpus-format.ts';
import type { Offsets } from './offsets.ts';
import type { ReadPredictions } from './predictions.ts';
import { refuseUnfit } from './problems.ts';
import { type ScoreSheet, scorePredictions } from './score-sheet.ts';

/** A file of predictions and what it answers. */
export interface JudgedFile {
  /** As `readAnyPredictions` takes it. */
  readonly file: string;
  readonly dataset: Dataset;
  /** The evaluated questions, and which part of the dataset they are: as returned by `openJudged`. */
  readonly split: JudgedSplit;
  readonly part: SplitName;
  /** How offsets are counted, where the file does not say. */
  readonly offsets?: Offsets;
}

export interface ScoreFileRequest extends JudgedFile {
  /** Directory of subsets that are scored in addition to `all`. */
  readonly subsets?: string;
}

/** The scores of a file of predictions, and the predictions read from it. */
export interface ScoredFile {
  readonly sheet: ScoreSheet;
  readonly answers: ReadPredictions;
}

/**
 * Scores a file of predictions on a split. Throws the UserErrors of reading the split, the subsets and the predictions,
 * and `split-regrouped` if subsets are requested of a split that was not released.
 */
export async function scoreFile(request: ScoreFileRequest): Promise<ScoredFile> {
  const { file, dataset, split, part, offsets } = request;
  const { task, scheme } = dataset;
  const { examples, files, synthetic } = await dataset.split(part);
  const subsets = await openSubsets(request, files);
  const answers = await readAnyPredictions(file, task, examples, { offsets, split, scheme });
  refuseUnfit(file, answers);
  const { predictions, coverage } = answers;
  const sheet = scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
  return { sheet, answers };
}

async function openSubsets({ subsets, dataset, split }: ScoreFileRequest, files: readonly CorpusFile[]) {
  if (subsets === undefined) return undefined;
  const released = requireReleased(split, { en: 'Subsets', zh: '子集' });
  return readSubsets(subsets, dataset.task, released, files);
}

/**
 * Checks a file of predictions for problems, with or without gold; where nothing says how offsets are counted, it is inferred
 * from mentions. Throws the UserErrors of reading the split, and those of a file that holds no predictions.
 */
export async function checkFile({
  file,
  dataset,
  split,
  part,
  offsets,
}: JudgedFile): Promise<ReadPredictions> {
  const { task, scheme } = dataset;
  const { questions } = await dataset.split(part);
  return readAnyPredictions(file, task, questions, { offsets, inferOffsets: true, split, scheme });
}
