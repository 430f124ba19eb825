import type { Language } from '../../../ground/language.ts';
import { comparisonForm } from '../../../text/normalise.ts';
import { jaccard, shinglesOf } from '../../../text/shingles.ts';
import type { Message } from '../../shared/services/chat.ts';
import type { HalvedText } from './texts.ts';

/** Number of characters that must follow verbatim, which hardly ever happens by chance. */
const VERBATIM_LENGTH = 10;
const NEAR = 0.5;
const SHINGLE = 2;
/** Tokens per hidden character: generous, an answer that is cut off is still read. */
const TOKENS_PER_CHARACTER = 1.5;
const SPARE_TOKENS = 16;

const INSTRUCTION = {
  zh: '下面是一段文本的前半部分。请凭记忆逐字写出它的后半部分。只输出后半部分，不要解释，不要重复前半部分。',
  en: 'This is the first half of a text. Write its second half word for word, from memory. Output the second half only, without comment, and do not repeat the first half.',
} as const;

/** The prompt for a halved text. */
export const completionMessages = ({ shown }: HalvedText, language: Language): readonly Message[] => [
  { role: 'system', content: INSTRUCTION[language] },
  { role: 'user', content: shown },
];

export const completionTokens = ({ hidden }: HalvedText): number =>
  Math.ceil(hidden.length * TOKENS_PER_CHARACTER) + SPARE_TOKENS;

/** Agreement of a completion with the hidden half, ignoring width, case, punctuation and white space. */
export interface Completion {
  /** It begins with the first ten hidden characters. */
  readonly verbatim: boolean;
  /** Their pairs of characters have a Jaccard similarity of at least 0.5. */
  readonly near: boolean;
}

/** Scores a completion; if it repeats the shown half, by what it adds. */
export function judgeCompletion({ shown, hidden }: HalvedText, answer: string): Completion {
  const wanted = comparisonForm(hidden);
  const beginning = comparisonForm(shown);
  const whole = comparisonForm(answer);
  const added = whole.startsWith(beginning) ? whole.slice(beginning.length) : whole;
  const first = wanted.slice(0, VERBATIM_LENGTH);
  const compared = added.slice(0, wanted.length);
  return {
    verbatim: first !== '' && added.startsWith(first),
    near: jaccard(shinglesOf(compared, SHINGLE), shinglesOf(wanted, SHINGLE)) >= NEAR,
  };
}
