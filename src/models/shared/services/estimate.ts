import type { ChatReply, Message } from './chat.ts';

/** Tokens that a message takes beside its text. */
const PER_MESSAGE = 4;
const CJK = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[\u{20000}-\u{3ffff}]/gu;
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

function estimateText(text: string): number {
  const chinese = text.match(CJK)?.length ?? 0;
  return chinese * TOKENS_PER_CJK + (text.length - chinese) / CHARACTERS_PER_TOKEN;
}

/** The same for a call and its reply, thinking included. */
export const estimateCall = (messages: readonly Message[], { text, reasoning = '' }: ChatReply) => ({
  promptTokens: estimateTokens(messages),
  completionTokens: Math.ceil(estimateText(text) + estimateText(reasoning)),
});
