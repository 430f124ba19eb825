import type { Text } from '../../ground/language.ts';
import type { Convention } from '../convention.ts';
import type { Example, FamilyId, Input, Prediction } from '../examples.ts';
import type { Task } from '../task.ts';
import type { RecordReader } from './shared/record.ts';

/** What is wrong with one answer. */
export interface Fault {
  /** E.g. `span-outside-text`. */
  readonly code: string;
  readonly field: string;
  readonly message: string;
}

/** Everything that tasks of one family share. */
export interface Family<F extends FamilyId = FamilyId> {
  readonly id: F;
  readonly title: Text;
  /** Reads the records of a corpus, whatever file they came from, as input and gold. */
  readonly record: RecordReader<F>;
  /**
   * Reads the prediction out of one parsed JSON line, or reports every fault in it.
   * Called a million times: no schema library.
   */
  parse(
    line: Readonly<Record<string, unknown>>,
    input: Input<F>,
    task: Task,
  ): Prediction<F> | readonly Fault[];
  /** What a missing or invalid answer counts as: never better than a wrong answer. */
  missing(example: Example<F>, task: Task): Prediction<F>;
  /** All texts of an input, for lengths and for search. */
  texts(input: Input<F>): readonly string[];
  /** The gold labels of an example, for distributions: entity types, the class, grades, predicates, statuses. */
  labels(example: Example<F>): readonly string[];
  /** The first is the default primary metric of the family. */
  readonly conventions: readonly Convention<F>[];
}
