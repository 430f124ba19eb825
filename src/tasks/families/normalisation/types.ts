import type { Text1 } from '../shared/types.ts';

export interface NormalisationTypes {
  /** What was written: a diagnosis, an operation. */
  readonly input: Text1;
  /** The standard terms that it stands for, in any order. */
  readonly gold: { readonly terms: readonly string[] };
  readonly prediction: { readonly terms: readonly string[] };
}
