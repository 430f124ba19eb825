import type { Candidate } from './ngrams.ts';
import { cutWords } from './words.ts';

/** Why a candidate is not a phrase. */
export type PhraseReason =
  | 'function-word'
  | 'number'
  | 'cut-word'
  | 'no-chinese'
  | 'fragment'
  | 'low-quality'
  | 'off-domain';

/** Words that begin no phrase, and words that end none. */
const NOT_FIRST = new Set(
  '的了着过是和与及或而但也都就吗呢吧啊呀么们等之其于以被把让给则且并即所个些种位次这那每某各如',
);
const NOT_LAST = new Set(
  '的了是在和与及或而但也不很有会能可要为对从到将把被让给我你您他她它这那哪一两几个些种该其之所以于如等',
);
/** Questions and small talk rather than descriptions. */
const TALK =
  /[我你您他她它咱吗呢]|请问|谢谢|您好|你好|怎么|什么|怎样|如何|能不能|可不可以|会不会|是不是|有没有|可以|哪|多少/;
const NUMBER = /^[0-9]|[^0-9a-z][0-9]+$|[0-9]+(?:个?[岁月年日天次周]|小时|分钟)/;
/** Words that join phrases: a candidate that contains one is two phrases. */
const JOINTS = new Set(['的', '了', '和', '与', '及', '或', '或者', '以及', '等', '并', '是']);

/** Why a candidate cannot be a phrase whatever its statistics, or undefined. */
export function shapeFault({ text, insideWord }: Candidate): PhraseReason | undefined {
  if (!/\p{Script=Han}/u.test(text)) return 'no-chinese';
  if (insideWord > 0.5) return 'cut-word';
  if (NUMBER.test(text)) return 'number';
  const words = cutWords(text);
  const joined =
    NOT_FIRST.has(words[0]) || NOT_LAST.has(words.at(-1)!) || words.some((word) => JOINTS.has(word));
  return joined || TALK.test(text) ? 'function-word' : undefined;
}
