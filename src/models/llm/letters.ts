import type { OptionScores } from '../../tasks/families/asking.ts';
import type { Label } from '../../tasks/task.ts';
import type { TokenOption } from '../shared/services/chat.ts';

/** The most options that a service scores at a time: `top_logprobs` is at most 20. */
export const MAX_OPTIONS = 20;

export const letterOf = (index: number): string => String.fromCharCode(0x41 + index);

/** `options` in the order of one rotation: option `rotation` comes first. */
export const rotated = (options: readonly Label[], rotation: number): readonly Label[] => [
  ...options.slice(rotation),
  ...options.slice(0, rotation),
];

/** The options as lines `A. …`. */
export const lettered = (options: readonly Label[], language: 'zh' | 'en'): string =>
  options.map(({ meaning }, i) => `${letterOf(i)}. ${meaning[language]}`).join('\n');

/**
 * The log-probability of every option's letter among the likeliest first tokens, renormalised over the letters. Tokens that
 * differ in white space only count together; a letter that is not among them has the probability of the least likely token
 * at most, and gets that. Undefined if no letter is among them.
 */
export function scoreLetters(
  first: readonly TokenOption[],
  options: readonly Label[],
): OptionScores | undefined {
  const letters = options.map((_, i) => letterOf(i));
  const mass = new Map<string, number>();
  for (const { token, logprob } of first) {
    const letter = token.trim();
    if (letters.includes(letter)) mass.set(letter, (mass.get(letter) ?? 0) + probabilityOf(logprob));
  }
  if (mass.size === 0) return undefined;
  const least = probabilityOf(Math.min(...first.map(({ logprob }) => logprob)));
  const values = letters.map((letter) => mass.get(letter) ?? least);
  const total = values.reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(options.map(({ id }, i) => [id, Math.log(values[i] / total)]));
}

/** Services report -9999 for a very unlikely token; the journal contains no infinite logarithm. */
const LEAST_PROBABILITY = 1e-300;

const probabilityOf = (logprob: number): number => Math.max(LEAST_PROBABILITY, Math.exp(logprob));

/** The mean probability of every place in the list, over rotations: equal for a model that does not care for places. */
export function averagePlaces(
  scores: readonly OptionScores[],
  options: readonly Label[],
  rotations: readonly number[],
): number[] {
  const places: number[] = options.map(() => 0);
  for (const [turn, known] of scores.entries())
    for (const [place, { id }] of rotated(options, rotations[turn]).entries())
      places[place] += Math.exp(known[id]) / scores.length;
  return places;
}

/** The mean log-probability of every option over rotations. */
export function averageScores(rotations: readonly OptionScores[]): OptionScores {
  const sums: Record<string, number> = {};
  for (const scores of rotations)
    for (const [id, score] of Object.entries(scores)) sums[id] = (sums[id] ?? 0) + score / rotations.length;
  return sums;
}

/** Log-probabilities of whole answers as those of the options, renormalised over them. */
export function scoreAnswers(logprobs: readonly number[], options: readonly Label[]): OptionScores {
  const most = Math.max(...logprobs);
  const total = most + Math.log(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob - most), 0));
  return Object.fromEntries(options.map(({ id }, i) => [id, logprobs[i] - total]));
}
