import type { Text } from '../ground/language.ts';
import type { Metric, WholeMetric } from '../metrics/metric.ts';
import type { AnyTypes } from './examples.ts';
import type { AnsweredOf, FamilyTypes } from './families/family.ts';
import type { Task } from './task.ts';

/** A named, versioned rule that turns answers into one number. The version grows when any number could change. */
export interface Convention<T extends FamilyTypes = AnyTypes> {
  /** `family/rule/…@version`, e.g. `ner/strict/micro/full-text/json@1`. */
  readonly id: string;
  /** Short column title. */
  readonly title: Text;
  /** One paragraph that would let a reader compute it by hand. */
  readonly definition: Text;
  /** How to print it. Default `percent`. */
  readonly unit?: 'percent' | 'ratio' | 'fraction';
  /** For losses; absent means that larger is better. */
  readonly smallerIsBetter?: boolean;
  /** Whether scores of a task show it; absent: always. */
  readonly suits?: (task: Task) => boolean;
  metric(task: Task): Metric<AnsweredOf<T>> | WholeMetric<AnsweredOf<T>>;
}
