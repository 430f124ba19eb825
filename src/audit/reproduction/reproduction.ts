import type { CorpusFile } from '../../datasets/dataset.ts';
import type { Tokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import type { Text } from '../../ground/language.ts';
import type { Details } from '../../metrics/metric.ts';
import type { Counts } from '../../statistics/counts.ts';
import type { Convention } from '../../tasks/convention.ts';
import type { Example, Prediction } from '../../tasks/examples.ts';
import type { SplitName, Task } from '../../tasks/task.ts';

/**
 * A convention that computes what a published script computed, right or wrong, so that a new model stands fairly
 * next to the published column. Unlike the conventions of a family it may need more than answers: the corpus in
 * another format, a vocabulary. The version grows when any number could change.
 */
export interface Reproduction {
  /** `family/as-published/rule@version`. */
  readonly id: string;
  readonly title: Text;
  /** What is computed, and which of it is known and which inferred. */
  readonly definition: Text;
  /** One paragraph: why the number differs from that of our primary metric. */
  readonly difference: Text;
  /** How to print it. Default `percent`. */
  readonly unit?: Convention['unit'];
  /** The split that the published number was computed on. */
  readonly split: SplitName;
  readonly needsVocabulary: boolean;
  /** The published column in the unit of this rule: shares for percent. */
  published(task: Task): readonly { readonly model: string; readonly value: number }[];
  /** Reads what the rule needs. Throws a UserError if it is not there. */
  open(corpus: JudgedCorpus): Promise<Measure>;
}

/** The evaluated split. */
export interface JudgedCorpus {
  readonly task: Task;
  readonly split: SplitName;
  readonly dataDir: string;
  /** As `Dataset.split` gives them. */
  readonly examples: readonly Example[];
  readonly files: readonly CorpusFile[];
  readonly tokenizer?: Tokenizer;
}

/** A rule prepared for one split: scores any number of answers. */
export interface Measure {
  /** What is scored, in words: "3 812 of 16 722 tokens". */
  readonly scope: Text;
  /** Aligned with the examples; undefined counts as wrong. */
  score(predictions: readonly (Prediction | undefined)[]): Reproduced;
  /** Where each text is cut off, as the first UTF-16 code unit that is not seen; absent if none is cut. */
  readonly visible?: readonly number[];
}

/** Counts per unit, and the score of their sums: all that an interval needs. */
export interface Reproduced {
  readonly value: number;
  readonly counts: Counts;
  readonly width: number;
  scoreOf(sums: Float64Array): number;
  /** As `Metric.supports`. */
  readonly supports?: readonly number[];
  readonly details?: Details;
}
