import { tokensOf } from './budget.ts';
import { type Called, type CallSettings, givenUp, MAX_FAILED_CALLS, openCaller } from './caller.ts';
import { type ChatReply, type Message, readChat } from './chat.ts';
import type { Endpoint } from './endpoint.ts';
import { estimateCall } from './estimate.ts';
import { isFailure } from './failure.ts';

/** The fields of a request besides model and messages. */
export type Body = Readonly<Record<string, unknown>>;

/** A model service, over HTTP or in this process. */
export interface ChatService {
  readonly endpoint: Endpoint;
  /**
   * Makes one call, with retries. Throws a UserError if no call can succeed: a wrong key, no such model, no connection.
   * `repeat` numbers the repetitions of the same question: a model in this process draws other samples for each.
   */
  ask(
    messages: readonly Message[],
    body: Body,
    signal?: AbortSignal,
    repeat?: number,
  ): Promise<Called<ChatReply>>;
  close(): void | Promise<void>;
}

export async function openService(endpoint: Endpoint, settings: CallSettings): Promise<ChatService> {
  const caller = await openCaller(endpoint, settings);
  let answered = false;
  let refused = 0;
  return {
    endpoint,
    async ask(messages, body, signal) {
      const called = await caller.make(
        {
          path: '/chat/completions',
          body: JSON.stringify(requestBody(endpoint, { messages, ...body })),
          streamed: body.stream === true,
          read: readChat,
          tokens: (reply) => tokensOf({ ...reply, estimated: estimateCall(messages, reply) }),
        },
        signal,
      );
      const { outcome } = called;
      answered ||= !isFailure(outcome);
      // It does not take such requests at all: a field that it does not know, for one.
      if (isFailure(outcome) && outcome.failure === 'http-400' && !answered && ++refused >= MAX_FAILED_CALLS)
        throw givenUp(outcome, endpoint);
      return called;
    },
    close: caller.close,
  };
}

/** The request body: the profile's extra fields win, and its nulls remove fields. */
export function requestBody({ model, profile }: Endpoint, body: Body): Body {
  const fields = Object.entries({ model, ...body, ...profile.extraBody });
  return Object.fromEntries(fields.filter(([, value]) => value !== null && value !== undefined));
}
