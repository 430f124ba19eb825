import type { Estimate } from '../../contract.ts';
import { costOf } from './budget.ts';
import type { ChatReply, Message } from './chat.ts';
import type { Endpoint } from './endpoint.ts';

/** Tokens of a message besides its text. */
const PER_MESSAGE = 4;
const TOKENS_PER_CJK = 0.7;
const CHARACTERS_PER_TOKEN = 4;

/** Roughly how many tokens messages take: 0.7 per Chinese character, one per four others. Tokenizers differ by a third. */
export function estimateTokens(messages: readonly Message[]): number {
  let tokens = 0;
  for (const { content } of messages) {
    tokens += PER_MESSAGE + estimateText(content);
  }
  return Math.ceil(tokens);
}

/** Radicals to the last unified ideograph, compatibility ideographs, full-width forms; ideographs beyond the first plane. */
const isCjk = (point: number): boolean =>
  (point >= 0x2e80 && point <= 0x9fff) ||
  (point >= 0xf900 && point <= 0xfaff) ||
  (point >= 0xff00 && point <= 0xffef) ||
  (point >= 0x20000 && point <= 0x3ffff);

/** The same for one text. */
export function estimateText(text: string): number {
  let chinese = 0;
  for (let i = 0; i < text.length; i++) if (isCjk(text.codePointAt(i) ?? 0)) chinese++;
  return chinese * TOKENS_PER_CJK + (text.length - chinese) / CHARACTERS_PER_TOKEN;
}

/** The same for a call and its reply, thinking included. */
export const estimateCall = (messages: readonly Message[], { text, reasoning = '' }: ChatReply) => ({
  promptTokens: estimateTokens(messages),
  completionTokens: Math.ceil(estimateText(text) + estimateText(reasoning)),
});

/** Estimated usage of calls, with their cost if the price is known. */
export function estimateOf(
  { price }: Pick<Endpoint, 'price'>,
  sums: Pick<Estimate, 'destination' | 'calls' | 'promptTokens' | 'mostCompletionTokens'>,
): Estimate {
  if (!price) return sums;
  const { promptTokens, mostCompletionTokens: completionTokens } = sums;
  const least = costOf(price, { promptTokens });
  const most = costOf(price, { promptTokens, completionTokens });
  return { ...sums, cost: { least, most }, currency: price.currency };
}
