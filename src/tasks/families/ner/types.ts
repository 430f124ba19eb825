import type { Text1 } from '../shared/types.ts';

/** A typed span. Offsets are UTF-16 code units of the original text, `end` exclusive. */
export interface Entity {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  /** The parts of a discontinuous entity, `[start, end]` each, ascending and apart; `start` and `end` are then their hull. */
  readonly fragments?: readonly (readonly [number, number])[];
}

/** A quote that is not in the text, answered by a model that quotes instead of counting characters. */
export interface UnalignedQuote {
  readonly quote: string;
  readonly type: string;
}

export interface NerTypes {
  readonly input: Text1;
  readonly gold: { readonly entities: readonly Entity[] };
  readonly prediction: {
    readonly entities: readonly Entity[];
    /** Wrong under every convention. */
    readonly unaligned?: readonly UnalignedQuote[];
  };
}
