import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { namedModels } from '../../encoders/folder/find.ts';
import { openVectorCache } from '../../encoders/inference/vector-cache.ts';
import { UserError } from '../../ground/errors.ts';
import { inLanes } from '../../ground/lanes.ts';
import type { Usage } from '../../tasks/answer.ts';
import { isConfidential, type Task } from '../../tasks/task.ts';
import { costOf, tokensOf } from '../shared/services/budget.ts';
import type { Called, CallSettings } from '../shared/services/caller.ts';
import {
  type EmbeddingReply,
  type EmbeddingService,
  openEmbeddingService,
} from '../shared/services/embeddings.ts';
import { type Endpoint, findEndpoint } from '../shared/services/endpoint.ts';
import { isFailure, type ServiceFailure } from '../shared/services/failure.ts';
import { called as defaults } from '../shared/services/parameters.ts';
import { createSpaces, type EncoderParameters, type Vectors, vectorsDirectory } from './vectors.ts';

const PROFILES = 'CHINESEBLUE_PROFILES';
export const TEXTS_PER_CALL = 32;

/** How an encoder is named. */
type Named = Pick<EncoderParameters, 'init' | 'endpoint' | 'profiles'>;

/**
 * Whether vectors come from a service: an endpoint or a profile is named, and `init` is not a local encoder, which
 * is never asked elsewhere.
 */
export function isServed({ init, endpoint, profiles }: Named): boolean {
  if (existsSync(init)) return false;
  if (init.lastIndexOf('@') > 0 && (profiles ?? process.env[PROFILES]) !== undefined) return true;
  return endpoint !== undefined && !namedModels().some(({ name }) => name === init);
}

export const endpointOf = ({
  init: name,
  ...where
}: Named & { readonly prices?: string }): Promise<Endpoint> => findEndpoint({ name, ...where });

/** SHA-256 of what decides vectors, wherever the service is. */
export const digestServed = ({ model, profile }: Endpoint, dimensions: number | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify([model, profile.extraBody, dimensions]))
    .digest('hex');

function callSettings(parameters: EncoderParameters, task: Task): CallSettings {
  const { keyEnv, allowRemote, concurrency, retries, timeout } = parameters;
  const { maxCalls, maxTotalTokens, maxCost } = parameters;
  const totalMs = 1000 * (timeout ?? defaults.timeout.default ?? 0);
  return {
    keyEnv: keyEnv ?? defaults.keyEnv.default ?? '',
    localOnly: isConfidential(task) && allowRemote !== true,
    concurrency: concurrency ?? defaults.concurrency.default ?? 1,
    retries: retries ?? defaults.retries.default ?? 0,
    ...{ totalMs, firstTokenMs: totalMs },
    limits: { maxCalls, maxTotalTokens, maxCost },
  };
}

/**
 * Vectors of a service, requested in calls of several texts, each kept on disk as soon as its call is answered. A text that
 * the service refuses, for example as too long for its model, has a vector of zeros and is in `failures`.
 */
export async function openServedVectors(parameters: EncoderParameters, task: Task): Promise<Vectors> {
  const { dimensions, normalize, cache, textsPerCall = TEXTS_PER_CALL } = parameters;
  const endpoint = await endpointOf(parameters);
  const settings = callSettings(parameters, task);
  const failures = new Map<string, string>();
  const tally = tallyCalls(endpoint);
  const sizes = oneSize(endpoint.url, dimensions);
  let service: Promise<EmbeddingService> | undefined;
  const spaceOf = createSpaces(cache, (prompt) => {
    const { url, model, profile } = endpoint;
    const identity = { url, model, extraBody: profile.extraBody, dimensions, prompt };
    return openVectorCache(vectorsDirectory(), identity, { least: 1, segment: textsPerCall });
  });
  return {
    encoder: digestServed(endpoint, dimensions),
    service: { failures, takeUsage: tally.take },
    async of(texts, prompt, { signal, onProgress } = {}) {
      const space = spaceOf(prompt);
      const known = (await space?.read(texts)) ?? new Map<string, Float32Array>();
      for (const vector of known.values()) sizes.require(vector);
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      const made = (text: string, vector: Float32Array): void => {
        known.set(text, sizes.require(vector));
        failures.delete(text);
        space?.add(text, vector);
        onProgress?.(known.size / (known.size + missing.length));
      };
      const failed = (text: string, failure: string): void => void failures.set(text, failure);
      try {
        service ??= missing.length > 0 ? openEmbeddingService(endpoint, settings, dimensions) : undefined;
        const opened = await service;
        const ask: Parts['ask'] = (part) =>
          opened!.embed(
            part.map((text) => prompt + text),
            signal,
          );
        await inLanes(chunks(missing, textsPerCall), settings.concurrency, (chunk) =>
          askInParts(chunk, { ask, tally, made, failed }),
        );
      } finally {
        await space?.flush();
      }
      const nothing = new Float32Array(sizes.known ?? 1);
      return texts.map((text) => scaled(known.get(text) ?? nothing, normalize === true));
    },
  };
}

interface Parts {
  ask(texts: readonly string[]): Promise<Called<EmbeddingReply>>;
  readonly tally: Tally;
  made(text: string, vector: Float32Array): void;
  failed(text: string, failure: string): void;
}

/** Asks for the vectors of texts, in halves where a call may have failed for one of them. */
async function askInParts(texts: readonly string[], parts: Parts): Promise<void> {
  const { outcome, attempts } = await parts.ask(texts);
  if (!isFailure(outcome)) {
    parts.tally.add(outcome, attempts);
    for (const [i, text] of texts.entries()) parts.made(text, outcome.vectors[i]);
  } else if (texts.length > 1 && mayBeOneText(outcome)) {
    const half = texts.length >> 1;
    await askInParts(texts.slice(0, half), parts);
    await askInParts(texts.slice(half), parts);
  } else for (const text of texts) parts.failed(text, outcome.failure);
}

/** Checks that all vectors have the dimension of the first, or the requested one. */
function oneSize(url: string, dimensions: number | undefined) {
  let size = dimensions;
  return {
    get known() {
      return size;
    },
    require(vector: Float32Array): Float32Array {
      size ??= vector.length;
      if (vector.length !== size) throw otherDimensions(url, vector.length, size);
      return vector;
    },
  };
}

/** A call of several texts may fail for one of them. */
const mayBeOneText = ({ failure, status }: ServiceFailure): boolean =>
  failure === 'context-exceeded' || status === 400 || status === 413 || status === 422;

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function scaled(vector: Float32Array, normalize: boolean): Float32Array {
  const length = normalize ? Math.hypot(...vector) : 1;
  return length === 1 || length === 0 ? vector : vector.map((value) => value / length);
}

interface Tally {
  add(reply: EmbeddingReply, attempts: number): void;
  /** Usage added since the last call. */
  take(): Usage;
}

function tallyCalls({ price }: Endpoint): Tally {
  const begin = () => ({ promptTokens: 0, estimatedPromptTokens: 0, calls: 0, retries: 0, cost: 0 });
  let sum = begin();
  let isReported = false;
  let served: string | undefined;
  return {
    add(reply, attempts) {
      sum.promptTokens += reply.promptTokens ?? 0;
      sum.estimatedPromptTokens += reply.estimated.promptTokens;
      sum.calls++;
      sum.retries += attempts - 1;
      sum.cost += costOf(price, tokensOf(reply));
      isReported ||= reply.promptTokens !== undefined;
      served = reply.model ?? served;
    },
    take() {
      const { promptTokens, cost, ...rest } = sum;
      sum = begin();
      return {
        ...rest,
        ...(isReported && { promptTokens, completionTokens: 0 }),
        ...(price && { cost, currency: price.currency }),
        ...(served !== undefined && { served }),
      };
    },
  };
}

const otherDimensions = (url: string, found: number, expected: number): UserError =>
  new UserError(
    'other-dimensions',
    {
      en: `${url} returned a vector of dimension ${found}, not ${expected} as before`,
      zh: `${url} 返回了 ${found} 维的向量，而其他向量为 ${expected} 维`,
    },
    {
      field: 'dimensions',
      hint: {
        en: 'Check which model the server runs and what dimensions it offers. If another model is now served under this name, the cached vectors are outdated: cache=false requests all of them again.',
        zh: '请检查服务运行的模型及其支持的维数。若同名模型已更换，此前保存的向量不再适用：cache=false 会重新获取全部向量。',
      },
    },
  );
