import * as z from 'zod';
import { readEvents } from '../../../fetch/events.ts';
import type { Response } from '../../../fetch/post.ts';
import { errorInside, joinBody, readFailure, type ServiceFailure } from './failure.ts';

/** One message of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A token that the model might have written, with its natural logarithm of probability. */
export interface TokenOption {
  readonly token: string;
  readonly logprob: number;
}

/** The answer of a service, streamed or not. */
export interface ChatReply {
  readonly text: string;
  /** The reasoning of a thinking model before its answer. */
  readonly reasoning?: string;
  /** `stop`, `length`, `content_filter`… */
  readonly finish?: string;
  /** Why the model declined, where the service has a field for that. */
  readonly refusal?: string;
  /** The model name reported by the service. */
  readonly model?: string;
  /** As the service reports it. */
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** The likeliest first tokens. */
  readonly first?: readonly TokenOption[];
  /** The log-probabilities of the candidate answers, when no text is generated. */
  readonly continued?: readonly number[];
}

/** Usage reported by a service may be invalid; it is then dropped, and the answer kept. */
const count = z.number().nonnegative().nullish().catch(undefined);
const usageJson = z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(undefined);
const text = z.string().nullish();
const contentPartJson = z.object({
  type: z.string(),
  text,
  /** The reasoning, as Mistral's services return it. */
  thinking: z.union([z.string(), z.array(z.object({ text }))]).nullish(),
});
const contentJson = z.union([z.string(), z.array(contentPartJson)]).nullish();
const logprobsJson = z
  .object({
    content: z
      .array(
        z.object({
          top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number().nullable() })).nullish(),
        }),
      )
      .nullish(),
  })
  .nullish();
const partJson = z.object({ content: contentJson, reasoning_content: text, reasoning: text, refusal: text });
const choiceJson = z.object({
  message: partJson.nullish(),
  delta: partJson.nullish(),
  finish_reason: text,
  logprobs: logprobsJson,
});
const replyJson = z.object({
  model: text,
  choices: z.array(choiceJson).optional(),
  usage: usageJson,
  error: z.unknown().optional(),
});
type ReplyJson = z.infer<typeof replyJson>;

/** Reads a response of `/chat/completions`, whole or streamed. A stream must end with its mark. */
export async function readChat({ status, headers, body }: Response): Promise<ChatReply | ServiceFailure> {
  if (status !== 200) return readFailure(status, headers['retry-after'], await joinBody(body));
  if (headers['content-type']?.startsWith('text/event-stream')) return readStream(body);
  const whole = await joinBody(body);
  const json = parse(whole);
  if (json) return readWhole(json);
  return { failure: 'not-json', retry: true, overloaded: false, status, detail: whole };
}

/** Reads the body of a response that came by another way, such as a file of answers. */
export function readChatBody(body: unknown): ChatReply | ServiceFailure {
  const json = replyJson.safeParse(body).data;
  return json ? readWhole(json) : { failure: 'not-json', retry: true, overloaded: false };
}

function readWhole(json: ReplyJson): ChatReply | ServiceFailure {
  if (json.error !== undefined && json.error !== null) return errorInside(json.error);
  if (!json.choices?.[0]?.message) return { failure: 'no-choice', retry: true, overloaded: false };
  return collect([json]);
}

async function readStream(body: AsyncIterable<string>): Promise<ChatReply | ServiceFailure> {
  const parts: ReplyJson[] = [];
  let ended = false;
  for await (const data of readEvents(body)) {
    if (data.trim() === '[DONE]') {
      ended = true;
      break;
    }
    const json = parse(data);
    if (!json) return { failure: 'not-json', retry: true, overloaded: false, detail: data };
    if (json.error !== undefined && json.error !== null) return errorInside(json.error);
    parts.push(json);
  }
  return ended ? collect(parts) : { failure: 'cut', retry: true, overloaded: false };
}

/** One reply from its parts; the first choice of each counts. */
function collect(parts: readonly ReplyJson[]): ChatReply {
  const pieces = parts.flatMap(({ choices = [] }) => {
    const part = choices[0]?.message ?? choices[0]?.delta;
    return part ? [part] : [];
  });
  const last = <T>(of: (part: ReplyJson) => T | null | undefined): T | undefined =>
    parts.reduce<T | undefined>((found, part) => of(part) ?? found, undefined);
  const all = (of: (piece: z.infer<typeof partJson>) => string | null | undefined): string | undefined =>
    pieces.map(of).join('') || undefined;
  const { answer, thought } = splitThought(all(({ content }) => plainText(content)) ?? '');
  const thoughts = [
    all((piece) => piece.reasoning_content ?? piece.reasoning ?? thoughtIn(piece.content)),
    thought,
  ];
  const reasoning = thoughts.filter((one) => one !== undefined).join('\n') || undefined;
  const refusal = all((piece) => piece.refusal);
  const first = parts
    .map(({ choices }) => choices?.[0]?.logprobs?.content?.[0]?.top_logprobs)
    .find((options) => options && options.length > 0)
    ?.flatMap(({ token, logprob }) => (logprob === null ? [] : [{ token, logprob }]));
  return {
    text: answer,
    ...(reasoning !== undefined && { reasoning }),
    ...(refusal !== undefined && { refusal }),
    ...defined(
      'finish',
      last(({ choices }) => choices?.[0]?.finish_reason),
    ),
    ...defined(
      'model',
      last(({ model }) => model),
    ),
    ...defined(
      'promptTokens',
      last(({ usage }) => usage?.prompt_tokens),
    ),
    ...defined(
      'completionTokens',
      last(({ usage }) => usage?.completion_tokens),
    ),
    ...(first && { first }),
  };
}

const THOUGHT_END = '</think>';

const defined = <K extends string, V>(key: K, value: V | undefined): { [_ in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [_ in K]?: V });

const plainText = (content: z.infer<typeof contentJson>): string =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('');

/** The thoughts among the parts of a content. */
const thoughtIn = (content: z.infer<typeof contentJson>): string =>
  typeof content === 'string'
    ? ''
    : (content ?? [])
        .flatMap(({ thinking }) =>
          typeof thinking === 'string' ? thinking : (thinking ?? []).map((one) => one.text),
        )
        .join('');

/**
 * Reasoning parts before the answer itself; one that never ends leaves no answer. The begin of the first is absent
 * where a model's template wrote it.
 */
export function splitThought(content: string): { answer: string; thought?: string } {
  const thoughts: string[] = [];
  let answer = content;
  for (;;) {
    const begin = /^\s*<think>/.exec(answer)?.[0].length;
    if (begin === undefined && thoughts.length > 0) break;
    const end = answer.indexOf(THOUGHT_END);
    if (end < 0) {
      if (begin === undefined) break;
      thoughts.push(answer.slice(begin));
      answer = '';
      break;
    }
    thoughts.push(answer.slice(begin ?? 0, end));
    answer = answer.slice(end + THOUGHT_END.length);
  }
  return thoughts.length > 0 ? { answer, thought: thoughts.join('\n') } : { answer };
}

function parse(source: string): ReplyJson | undefined {
  try {
    return replyJson.safeParse(JSON.parse(source)).data;
  } catch {
    return undefined;
  }
}
