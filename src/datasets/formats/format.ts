import type { Example, FamilyId } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';

/** Something in the material that a reader of a score should know, though it could be read. */
export interface Notice {
  /** E.g. `mention-overlaps`; counted in `data stats`. */
  readonly code: string;
  readonly message: string;
  /** How many cases it stands for. Default 1. */
  readonly count?: number;
  /** Relative to the data directory, forward slashes. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly id?: string;
}

/** One file (or directory, for one file an example) to read. */
export interface FormatSource {
  /** Absolute or relative to the working directory: what is opened and what errors name. */
  readonly path: string;
  /** Relative to the data directory, forward slashes: what notices name. */
  readonly name: string;
}

export interface Reading<F extends FamilyId = FamilyId> {
  readonly examples: Example<F>[];
  readonly notices: Notice[];
}

/** Reads all examples of one split, in file order. Throws a UserError at the first line that breaks the format. */
export type FormatReader = (source: FormatSource, task: Task) => Promise<Reading>;
