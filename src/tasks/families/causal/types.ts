import type { Text1 } from '../shared/types.ts';

/** Words of a text: UTF-16 code units, `end` exclusive. */
export interface Mention {
  readonly start: number;
  readonly end: number;
}

/** A relation between two mentions: a cause and its effect, a concept and one below it. */
export interface MentionRelation {
  readonly head: Mention;
  /** A label of the task. */
  readonly relation: string;
  readonly tail: Mention;
}

/** A relation between mentions, or a condition (`head`) under which another relation (`tail`) holds. */
export interface CausalRelation {
  readonly head: Mention;
  readonly relation: string;
  readonly tail: Mention | MentionRelation;
}

/** A relation whose words are not all in the text, answered by a model that quotes instead of counting characters. */
export interface UnalignedRelation {
  readonly relation: string;
  /** The words that are not in the text. */
  readonly quotes: readonly string[];
}

export interface CausalTypes {
  readonly input: Text1;
  readonly gold: { readonly relations: readonly CausalRelation[] };
  readonly prediction: {
    readonly relations: readonly CausalRelation[];
    /** Wrong under every convention. */
    readonly unaligned?: readonly UnalignedRelation[];
  };
}
