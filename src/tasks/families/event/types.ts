import type { Text1 } from '../shared/types.ts';

/** A clinical finding with its attributes. */
export interface ClinicalEvent {
  /** What was found: 疼痛. */
  readonly core: string;
  /** Whether it was found: a label of the task. */
  readonly tendency: string;
  /** Words for how it is: 阵发性. */
  readonly characters: readonly string[];
  /** Where it is: 腹部. */
  readonly anatomy: readonly string[];
}

export interface EventTypes {
  readonly input: Text1;
  readonly gold: { readonly events: readonly ClinicalEvent[] };
  readonly prediction: { readonly events: readonly ClinicalEvent[] };
}
