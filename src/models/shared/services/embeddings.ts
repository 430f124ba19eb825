import * as z from 'zod';
import type { Response } from '../../../fetch/post.ts';
import { counted } from '../../../ground/counted.ts';
import { tokensOf } from './budget.ts';
import { type Called, type CallSettings, openCaller } from './caller.ts';
import type { Endpoint } from './endpoint.ts';
import { estimateText } from './estimate.ts';
import { errorInside, joinBody, readFailure, type ServiceFailure } from './failure.ts';
import { requestBody } from './service.ts';

/** The vectors of the texts of one call, in their order. */
export interface EmbeddingReply {
  readonly vectors: readonly Float32Array[];
  /** The model name reported by the service. */
  readonly model?: string;
  /** As the service reports it. */
  readonly promptTokens?: number;
  /** Rough count, made here. */
  readonly estimated: { readonly promptTokens: number };
}

/** A service that turns texts into vectors. */
export interface EmbeddingService {
  /** With retries; a reply without one vector per text is a failure. Throws as `Caller.make` does. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Called<EmbeddingReply>>;
  close(): void;
}

export async function openEmbeddingService(
  endpoint: Endpoint,
  settings: CallSettings,
  dimensions: number | undefined,
): Promise<EmbeddingService> {
  const caller = await openCaller(endpoint, settings);
  return {
    embed: (texts, signal) =>
      caller.make(
        {
          path: '/embeddings',
          body: JSON.stringify(requestBody(endpoint, { input: texts, dimensions })),
          streamed: false,
          read: (response) => readEmbeddings(response, texts),
          tokens: (reply) => tokensOf(reply),
        },
        signal,
      ),
    close: caller.close,
  };
}

/** Checked by hand: a schema looks at every number of a million. */
const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number');

const replyJson = z.object({
  model: z.string().nullish(),
  data: z.array(
    z.object({ index: z.int().nonnegative().optional(), embedding: z.custom<number[]>(isVector) }),
  ),
  usage: z.object({ prompt_tokens: z.number().nonnegative().nullish() }).nullish().catch(undefined),
});

const wrong = (failure: string, detail: string): ServiceFailure => ({
  ...{ failure, retry: false, overloaded: false, detail },
});

async function readEmbeddings(
  { status, headers, body }: Response,
  texts: readonly string[],
): Promise<EmbeddingReply | ServiceFailure> {
  const whole = await joinBody(body);
  if (status !== 200) return readFailure(status, headers['retry-after'], whole);
  let value: unknown;
  try {
    value = JSON.parse(whole);
  } catch {
    return { failure: 'not-json', retry: true, overloaded: false, status, detail: whole };
  }
  const { error } = z.object({ error: z.unknown() }).safeParse(value).data ?? {};
  if (error !== undefined && error !== null) return errorInside(error);
  const reply = replyJson.safeParse(value).data;
  if (!reply) return wrong('no-vectors', whole);
  const vectors: Float32Array[] = [];
  for (const [i, { index = i, embedding }] of reply.data.entries())
    vectors[index] = Float32Array.from(embedding);
  const count = Object.keys(vectors).length;
  if (reply.data.length !== texts.length || count !== texts.length || vectors.length !== texts.length)
    return wrong(
      'wrong-count',
      `${counted(reply.data.length, 'vector')} for ${counted(texts.length, 'text')}`,
    );
  const { length } = vectors[0];
  const other = vectors.find((vector) => vector.length !== length);
  if (other) return wrong('wrong-dimensions', `${other.length} and ${length} numbers`);
  return {
    vectors,
    ...(reply.model && { model: reply.model }),
    ...(typeof reply.usage?.prompt_tokens === 'number' && { promptTokens: reply.usage.prompt_tokens }),
    estimated: { promptTokens: Math.ceil(texts.reduce((sum, text) => sum + estimateText(text), 0)) },
  };
}
