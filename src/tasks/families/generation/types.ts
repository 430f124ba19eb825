import type { Turn } from '../shared/types.ts';

export interface GenerationTypes {
  /** The dialogue so far. */
  readonly input: { readonly turns: readonly Turn[] };
  readonly gold: {
    /** Texts that people wrote; at least one. */
    readonly references: readonly string[];
    /** Entities that the references name, where the corpus marks them. */
    readonly names?: readonly string[];
  };
  readonly prediction: { readonly reply: string };
}
