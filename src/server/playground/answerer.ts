import type { Text } from '../../ground/language.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** A model that answers texts typed by the user. */
export interface ServedModel {
  /** Used in URLs. */
  readonly name: string;
  /** Its kind, for people. */
  readonly kind: Text;
  /** With its labels. */
  readonly task: Task;
}

/**
 * Answers one batch of a model at a time; injected, because this room does not import models. `answer` returns one answer per
 * input, in order, and throws a UserError `model-not-ready` while the model is being started or if its process has ended.
 */
export interface Answerer {
  readonly models: readonly ServedModel[];
  answer(name: string, inputs: readonly Input[]): Promise<readonly Answer[]>;
  isReady(name: string): boolean;
  /** How often the process of a model was started. */
  starts(name: string): number;
  close(): Promise<void>;
}
