import type { Message } from '../shared/services/chat.ts';

/** Tokens that a message takes beside its text. */
const PER_MESSAGE = 4;
const CJK = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[\u{20000}-\u{3ffff}]/gu;
const TOKENS_PER_CJK = 0.7;
const CHARACTERS_PER_TOKEN = 4;

/** Roughly how many tokens messages take: 0.7 per Chinese character, one per four others. Tokenizers differ by a third. */
export function estimateTokens(messages: readonly Message[]): number {
  let tokens = 0;
  for (const { content } of messages) {
    const chinese = content.match(CJK)?.length ?? 0;
    tokens += PER_MESSAGE + chinese * TOKENS_PER_CJK + (content.length - chinese) / CHARACTERS_PER_TOKEN;
  }
  return Math.ceil(tokens);
}
