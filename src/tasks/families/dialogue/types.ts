import type { Turn } from '../shared/types.ts';

export type { Turn };

/** Whether the patient has the symptom, does not have it, or it is uncertain. */
export type SymptomStatus = 'true' | 'false' | 'uncertain';

/** The statuses are the family's own, whatever labels a task lists. */
export const STATUSES: readonly SymptomStatus[] = ['true', 'false', 'uncertain'];

/** A symptom of a dialogue. */
export interface Symptom {
  /** Standard name. */
  readonly name: string;
  readonly status: SymptomStatus;
}

/** A mention of a symptom in one turn of a dialogue. Offsets are UTF-16 code units of the turn, `end` exclusive. */
export interface SymptomMention {
  /** 0-based index of the turn. */
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly status?: SymptomStatus;
}

export interface DialogueTypes {
  readonly input: { readonly turns: readonly Turn[] };
  readonly gold: { readonly symptoms: readonly Symptom[]; readonly entities: readonly SymptomMention[] };
  readonly prediction: {
    readonly symptoms: readonly Symptom[];
    readonly entities?: readonly SymptomMention[];
  };
}
