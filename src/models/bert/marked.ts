import type { Sequence } from '../../encoders/inference/sequences.ts';
import { roomOf } from '../../encoders/tokenizers/frame.ts';
import type { Tokenizer, Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Turn } from '../../tasks/families/shared/types.ts';
import { dialogueText } from './dialogue-text.ts';

/** A part of a turn, UTF-16 code units of the turn, `end` exclusive. */
export interface Mark {
  readonly turn: number;
  readonly start: number;
  readonly end: number;
}

/** Special tokens of a marked sequence: around it, and on both sides of the marked part. */
const SPECIALS = 4;

/**
 * One sequence for each mark: the dialogue around it, `[CLS] before [SEP] marked [SEP] after [SEP]`, in at most `maxLength`
 * tokens, as many before as after where there are enough. Separators are in every vocabulary, other markers are not. Throws a
 * UserError (`max-length`) where the special tokens leave no room.
 */
export function markedSequences(
  tokenizer: Tokenizer,
  turns: readonly Turn[],
  marks: readonly Mark[],
  maxLength: number,
): Sequence[] {
  const room = roomOf(maxLength, SPECIALS);
  const { text, starts } = dialogueText(turns);
  const tokens = tokenizer.tokenize(text);
  const { first: head, last: separator } = tokenizer.frame;
  return marks.map(({ turn, start, end }) => {
    const { first, last } = tokensOf(tokens, starts[turn] + start, starts[turn] + end);
    const window = windowAround(tokens.ids.length, first, last, room);
    const ids = Int32Array.of(
      head,
      ...tokens.ids.subarray(window.start, first),
      separator,
      ...tokens.ids.subarray(first, Math.min(last, window.end)),
      separator,
      ...tokens.ids.subarray(Math.min(last, window.end), window.end),
      separator,
    );
    return { ids, types: new Int32Array(ids.length) };
  });
}

/** The tokens that a part of the text touches: `last` exclusive; none if it has no token. */
function tokensOf({ starts, ends }: Tokens, start: number, end: number): { first: number; last: number } {
  let first = 0;
  while (first < ends.length && ends[first] <= start) first++;
  let last = first;
  while (last < starts.length && starts[last] < end) last++;
  return { first, last };
}

/** At most `room` of `count` tokens: those from `first` to `last`, from the first on, and as many before as after. */
export function windowAround(
  count: number,
  first: number,
  last: number,
  room: number,
): { readonly start: number; readonly end: number } {
  const own = Math.min(last - first, room);
  const left = room - own;
  const after = count - first - own;
  const before = Math.min(first, Math.max(left >> 1, left - after));
  return { start: first - before, end: first + own + Math.min(after, left - before) };
}
