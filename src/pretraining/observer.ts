import type { Text } from '../ground/language.ts';

/** The caller of long work: can stop it, and receives its progress. */
export interface Observer {
  /** Its reason is thrown at the next safe point. */
  readonly signal?: AbortSignal;
  /** `share` of the work done, 0 to 1, and what is being done. */
  readonly onProgress?: (share: number, note: Text) => void;
  /** What is doubtful about the work, before it begins: a paragraph each. */
  readonly onNote?: (note: Text) => void;
}
