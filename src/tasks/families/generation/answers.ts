import type { ComparedParts, ExampleOf, Fault } from '../family.ts';
import { badType, type Line } from '../shared/faults.ts';
import { shownText } from '../shared/listed.ts';
import type { GenerationTypes } from './types.ts';

type Answer = GenerationTypes['prediction'];

const STRING = { en: 'a string', zh: '字符串' };

/** Reads `{"reply": "…"}`. */
export const parseReply = ({ reply }: Line): Answer | readonly Fault[] =>
  typeof reply === 'string' ? { reply } : [badType('reply', STRING, reply)];

/** No character of any text. */
const NOTHING = '\u0000';

/** As long as the first reference, and like none of it. */
export const missingReply = ({ gold }: ExampleOf<GenerationTypes>): Answer => ({
  reply: NOTHING.repeat(Math.max(1, Array.from(gold.references[0]).length)),
});

export const textsOf = (answer: GenerationTypes['gold'] | Answer): readonly string[] =>
  'reply' in answer ? [answer.reply] : answer.references;

export const briefReply = (answer: GenerationTypes['gold'] | Answer): string =>
  textsOf(answer).map(shownText).join(' ┊ ') || '∅';

export const comparedReplies = ({ input, gold }: ExampleOf<GenerationTypes>): ComparedParts => ({
  texts: input.turns.map(({ text }) => text),
  gold: [...gold.references].sort().join('\n'),
});
