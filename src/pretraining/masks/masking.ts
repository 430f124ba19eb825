import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import type { Random } from '../../ground/random.ts';
import { KINDS, type Unit } from './units.ts';

/** Share of the tokens to predict, as in BERT. */
export const MASK_SHARE = 0.15;
/** Shares of the chosen units replaced by `[MASK]` and by random tokens; the rest stay unchanged. */
export const MASK_RULE = { mask: 0.8, random: 0.1 } as const;

/** One token to predict. */
export interface Masked {
  /** In the sequence. */
  readonly position: number;
  /** The token that was there. */
  readonly label: number;
  /** Index into `KINDS`. */
  readonly kind: number;
}

/** Maximum masked tokens of a sequence: BERT's `max_predictions_per_seq`, 20 for 128 tokens. */
export const mostMasked = (maxLength: number): number => Math.max(1, Math.ceil(maxLength * MASK_SHARE));

/**
 * Chooses units of a sequence at random until `MASK_SHARE` of the tokens in units are to be predicted (at least one),
 * and changes `ids` in place. The replacement (`[MASK]`, random tokens or none) is decided once per unit. A unit that
 * would exceed the share is skipped, unless nothing else is masked. Returned in order of position.
 */
export function maskSequence(
  ids: Int32Array,
  units: readonly Unit[],
  { mask, replaceable }: MaskTokens,
  random: Random,
): Masked[] {
  const tokens = units.reduce((sum, { from, to }) => sum + to - from, 0);
  const wanted = Math.max(1, Math.round(tokens * MASK_SHARE));
  const order = units.map((_, i) => i);
  const masked: Masked[] = [];
  for (let left = order.length; left > 0 && masked.length < wanted; left--) {
    const drawn = random.below(left);
    const { from, to, kind } = units[order[drawn]];
    order[drawn] = order[left - 1];
    const tooLong = masked.length + to - from > wanted;
    if (tooLong && !(left === 1 && masked.length === 0)) continue;
    const fate = random.next();
    for (let position = from; position < to; position++) {
      masked.push({ position, label: ids[position], kind: KINDS.indexOf(kind) });
      if (fate < MASK_RULE.mask) ids[position] = mask;
      else if (fate < MASK_RULE.mask + MASK_RULE.random)
        ids[position] = replaceable[random.below(replaceable.length)];
    }
  }
  return masked.sort((a, b) => a.position - b.position);
}

export interface MaskTokens {
  /** Id of `[MASK]`. */
  readonly mask: number;
  /** Ids of possible random replacements: neither special nor unused. */
  readonly replaceable: Int32Array;
}

/** Every vocabulary has a `[MASK]`: `createVocabulary` refuses others. */
export function maskTokensOf(vocabulary: Vocabulary): MaskTokens {
  const special = new Set(Object.values(vocabulary.ids));
  const replaceable = vocabulary.tokens.flatMap((token, id) =>
    special.has(id) || /^\[unused\d+\]$/.test(token) ? [] : [id],
  );
  return {
    mask: vocabulary.ids.mask,
    replaceable: Int32Array.from(replaceable.length > 0 ? replaceable : special),
  };
}
