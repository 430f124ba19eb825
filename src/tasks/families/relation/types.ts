import type { Text1 } from '../shared/types.ts';

/** A relation that a text states. */
export interface Triple {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** Types of subject and object where the corpus gives them (CMeIE does). */
  readonly subjectType?: string;
  readonly objectType?: string;
}

export interface RelationTypes {
  readonly input: Text1;
  readonly gold: { readonly triples: readonly Triple[] };
  readonly prediction: { readonly triples: readonly Triple[] };
}
