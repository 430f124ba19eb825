import type { Text } from '../../ground/language.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** A model that answers what is typed. */
export interface ServedModel {
  /** Stands in addresses. */
  readonly name: string;
  /** What it is: its kind, as people read it. */
  readonly kind: Text;
  /** With its labels. */
  readonly task: Task;
}

/**
 * Whatever answers, one batch of a model at a time: this room knows no models. `answer` gives one answer per input, in order,
 * and throws a UserError `model-not-ready` where the model is being started or its process has ended.
 */
export interface Answerer {
  readonly models: readonly ServedModel[];
  answer(name: string, inputs: readonly Input[]): Promise<readonly Answer[]>;
  isReady(name: string): boolean;
  /** How often the process of a model was started. */
  starts(name: string): number;
  close(): Promise<void>;
}
