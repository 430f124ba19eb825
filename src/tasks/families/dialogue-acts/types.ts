import type { Turn } from '../shared/types.ts';

export interface DialogueActsTypes {
  readonly input: { readonly turns: readonly Turn[] };
  /** One act for each turn, in their order. */
  readonly gold: { readonly acts: readonly string[] };
  readonly prediction: { readonly acts: readonly string[] };
}
