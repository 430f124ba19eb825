import type { Turn } from '../shared/types.ts';

/** A mention in a turn. Offsets are UTF-16 code units of the turn, `end` exclusive. */
export interface GivenMention {
  /** 0-based index of the turn. */
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  /** Standard name, where the corpus gives one. */
  readonly name?: string;
}

export interface MentionStatusTypes {
  readonly input: { readonly turns: readonly Turn[]; readonly mentions: readonly GivenMention[] };
  /** One status for each mention, in their order. */
  readonly gold: { readonly statuses: readonly string[] };
  readonly prediction: { readonly statuses: readonly string[] };
}
