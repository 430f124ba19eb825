import type { Characters } from './characters.ts';

/** Cuts a part of a text into tokens of its vocabulary. */
export interface TokenModel {
  /** By id; '' where no token has an id. */
  readonly tokens: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  /** The token for what the vocabulary lacks. */
  readonly unk?: string;
  /** Emits tokens with the characters of the part that they stand for, by index: `to` exclusive. */
  cut(text: Characters, emit: (id: number, from: number, to: number) => void): void;
  /** The same model that never reads these tokens in a text; absent if it never reads special tokens. */
  without?(tokens: ReadonlySet<number>): TokenModel;
}
