import type { Encoding } from '../../encoders/tokenizers/tokenizer.ts';

/**
 * For every token of one encoding of a text the token of another that covers the same characters, -1 where there is none;
 * the first tokens, `[CLS]` of both, belong together. So encoders whose vocabularies differ can be compared token by token.
 */
export function alignTokens(own: Encoding, other: Encoding): Int32Array {
  const found = new Int32Array(own.ids.length).fill(-1);
  if (found.length > 0 && other.ids.length > 0) found[0] = 0;
  let j = 1;
  for (let i = 1; i < own.ids.length; i++) {
    const [start, end] = [own.starts[i], own.ends[i]];
    // special tokens cover nothing
    if (start === end) continue;
    while (j < other.ids.length && (other.starts[j] < start || other.starts[j] === other.ends[j])) j++;
    if (j < other.ids.length && other.starts[j] === start && other.ends[j] === end) found[i] = j;
  }
  return found;
}
