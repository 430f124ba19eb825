import type { Text } from '../../ground/language.ts';
import type { Example } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import type { Notice } from '../formats/format.ts';
import type { CorpusFile, Split } from '../split.ts';

/** The training, tuning and evaluation examples of one evaluation. No example is in two of them. */
export interface Division {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  /** Models are given its `questions`, scoring its `examples`. */
  readonly evaluated: Split;
  /** How train and dev came about, in one sentence; records keep the English one. */
  readonly rule: Text;
  readonly files: readonly CorpusFile[];
  readonly notices: readonly Notice[];
  readonly synthetic: boolean;
}

/** The splits of a task whose files are there. */
export interface SplitFiles {
  /** With its labels. */
  readonly task: Task;
  /** In the order train, dev, test. */
  readonly splits: readonly SplitName[];
  /** Reads a split on first use, and keeps it. Throws a UserError `split-absent` for another one. */
  read(split: SplitName): Promise<Split>;
}

/** A scheme at work on one task's files. */
export interface OpenedScheme {
  readonly splits: readonly SplitName[];
  /** How train or dev comes about where it is absent and the other is there, in one clause. */
  readonly carving?: Text;
  read(split: SplitName): Promise<Split>;
  /** Throws a UserError `split-absent` if nothing is left for training or evaluation. */
  divide(judged: SplitName): Promise<Division>;
}

/** A rule by which a corpus falls into train, dev and test. */
export interface SplitScheme {
  readonly summary: Text;
  /** Its splits are those of the files, so findings about released splits apply to them. */
  readonly asReleased: boolean;
  open(files: SplitFiles): OpenedScheme;
}
