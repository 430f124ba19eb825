import type { Text } from '../ground/language.ts';
import type { Example, FamilyId, Input, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';

/** Parameters of a model by name, as given on the command line or by default; kept in the record of a run. */
export type Parameters = Readonly<Record<string, number | string | boolean>>;

export interface FitRequest<F extends FamilyId = FamilyId> {
  readonly task: Task;
  readonly train: readonly Example<F>[];
  /** For choosing thresholds, stopping early…; may be empty. Never test. */
  readonly dev: readonly Example<F>[];
  readonly seed: number;
  readonly parameters: Parameters;
  /** Called now and then with the share of the work done, 0 to 1. */
  readonly onProgress?: (share: number, note?: string) => void;
  /** Checked at safe points: the model throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where a model that trains for long keeps its checkpoints; absent for quick ones. */
  readonly directory?: string;
}

/** A fitted model. */
export interface Predictor<F extends FamilyId = FamilyId> {
  /** One prediction an input, in order. Gold is never shown. */
  predict(
    inputs: readonly Input<F>[],
    onProgress?: (share: number) => void,
  ): Promise<readonly Prediction<F>[]>;
  /** Size of what was learnt, in bytes, for the tables. */
  readonly bytes?: number;
  /** How many training examples it learnt from, where that may be fewer than there were. */
  readonly learntFrom?: number;
  /** Writes what was learnt to one file; its kind's `load` reads it back. */
  save?(file: string): Promise<void>;
  /** Why this prediction: readable lines, heaviest evidence first. */
  explain?(input: Input<F>): readonly string[];
}

/** A kind of model: one file exports one of these, one line in the registry names it. */
export interface ModelKind {
  readonly id: string;
  readonly summary: Text;
  readonly families: readonly FamilyId[];
  /** Every parameter with its default: the keys are the names that exist. */
  readonly defaults: Parameters;
  /** The parameter that `kind:value` on the command line sets, e.g. the directory of a BERT. */
  readonly mainParameter?: string;
  /**
   * What the parameters point to outside of themselves (pretrained weights), as a SHA-256 of its content: part of
   * what a run depends on. Empty where they point to nothing. Throws a UserError where it is absent.
   */
  startingPoint?(parameters: Parameters): Promise<string>;
  /** Whether the seed changes anything: if not, one seed is enough. */
  readonly seeded: boolean;
  /** Whether it takes minutes where others take seconds: it is begun first, so that no core waits at the end. */
  readonly slow?: boolean;
  fit<F extends FamilyId>(request: FitRequest<F>): Promise<Predictor<F>>;
  /** A kept model; `parameters` may change how it answers. Throws a UserError for any that decided what was learnt. */
  load?(file: string, task: Task, parameters?: Parameters): Promise<Predictor>;
}
