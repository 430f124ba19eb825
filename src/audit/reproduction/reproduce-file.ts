import { openDataset } from '../../datasets/dataset.ts';
import { readAnyPredictions } from '../../scoring/corpus-format.ts';
import type { Offsets } from '../../scoring/offsets.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import { refuseUnfit } from '../../scoring/problems.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { findTokenizer } from '../vocabulary.ts';
import { findReproduction } from './registry.ts';
import { reproduce, type SideBySide } from './side-by-side.ts';

export interface ReproductionRequest {
  readonly task: Task;
  readonly dataDir: string;
  /** As `readAnyPredictions` takes it. */
  readonly file: string;
  /** Default: the split of the published figure. */
  readonly split?: SplitName;
  /** The `vocab.txt` of a BERT, for rules that truncate texts. Default: one in or next to the data directory. */
  readonly vocab?: string;
  /** How offsets are counted, where the file does not say. */
  readonly offsets?: Offsets;
}

/** A file of predictions under both rules, and the predictions read from it. */
export interface ReproducedFile {
  readonly result: SideBySide;
  readonly answers: ReadPredictions;
}

/** Scores a file of predictions as published and as here. Throws the UserErrors of reading and of the reproduction. */
export async function reproduceFile(request: ReproductionRequest): Promise<ReproducedFile> {
  const { task, dataDir, file, vocab, offsets } = request;
  const reproduction = findReproduction(task);
  const { split = reproduction.split } = request;
  const dataset = await openDataset({ task, dir: dataDir });
  const { examples, files, synthetic } = await dataset.split(split);
  const { scheme } = dataset;
  const answers = await readAnyPredictions(file, task, examples, { offsets, split, scheme });
  refuseUnfit(file, answers);
  // The published tokenizer does not recognise special tokens in texts.
  const tokenizer = reproduction.needsVocabulary
    ? await findTokenizer(vocab, dataDir, { specialTokensInText: 'as-text' })
    : undefined;
  const corpus = { task, split, dataDir, examples, files, synthetic, tokenizer };
  return { result: await reproduce(corpus, answers.predictions, answers.coverage), answers };
}
