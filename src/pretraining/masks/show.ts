import type { Vocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import type { Sequence } from './batch.ts';
import { KINDS, type Kind } from './units.ts';

/** Marks a piece of text, with colours on a terminal. */
export type Paint = (text: string, kind: Kind, masked: boolean) => string;

/** One unit of a sequence in readable form. */
export interface ShownUnit {
  readonly text: string;
  readonly kind: Kind | 'special';
  /** What the model reads in its place; absent if it is not to be predicted. */
  readonly reads?: string;
}

/** Reverts the masking of a sequence and splits it into its units. */
export function showUnits({ ids, units, masked }: Sequence, { tokens }: Vocabulary): ShownUnit[] {
  const original = Int32Array.from(ids);
  const predicted = new Set(masked.map(({ position }) => position));
  for (const { position, label } of masked) original[position] = label;
  const textOf = (from: number, to: number, source: Int32Array): string =>
    Array.from(source.subarray(from, to), (id) => tokens[id]).reduce(joinTokens, '');
  const shown: ShownUnit[] = [];
  let at = 0;
  for (const { from, to, kind } of units) {
    for (; at < from; at++) shown.push({ text: tokens[ids[at]], kind: 'special' });
    const text = textOf(from, to, original);
    shown.push(predicted.has(from) ? { text, kind, reads: textOf(from, to, ids) } : { text, kind });
    at = to;
  }
  for (; at < ids.length; at++) shown.push({ text: tokens[ids[at]], kind: 'special' });
  return shown;
}

/** Joins WordPieces approximately as they were written: a space between Latin words. */
function joinTokens(text: string, token: string): string {
  if (token.startsWith('##') && token.length > 2) return text + token.slice(2);
  return /[0-9a-z]$/i.test(text) && /^[0-9a-z]/i.test(token) ? `${text} ${token}` : text + token;
}

/** A line of text: `〔腹痛〕` was masked, `〔腹痛→泛嫌〕` replaced at random, `〔腹痛＝〕` left unchanged. */
export function renderUnits(units: readonly ShownUnit[], paint: Paint): string {
  return units
    .map(({ text, kind, reads }) => {
      if (kind === 'special') return text === '[SEP]' ? ' ⏐ ' : '';
      if (reads === undefined) return paint(text, kind, false);
      const change = reads.includes('[MASK]') ? '' : reads === text ? '＝' : `→${reads}`;
      return paint(`〔${text}${change}〕`, kind, true);
    })
    .join('')
    .trim();
}

/** Number of tokens, and of tokens to predict by kind. */
export function countKinds(sequences: readonly Sequence[]): { tokens: number; masked: Record<Kind, number> } {
  const masked: Record<Kind, number> = { other: 0, entity: 0, span: 0 };
  let tokens = 0;
  for (const sequence of sequences) {
    tokens += sequence.units.reduce((sum, { from, to }) => sum + to - from, 0);
    for (const { kind } of sequence.masked) masked[KINDS[kind]]++;
  }
  return { tokens, masked };
}
