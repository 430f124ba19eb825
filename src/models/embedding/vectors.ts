import { join } from 'node:path';
import { digestTextEncoder } from '../../encoders/folder/digest.ts';
import { openTextEncoder, type TextEncoder, VECTOR_BITS } from '../../encoders/inference/text-encoder.ts';
import { openVectorCache, type VectorCache } from '../../encoders/inference/vector-cache.ts';
import { cacheDir } from '../../ground/cache.ts';
import type { Usage } from '../../tasks/answer.ts';
import type { EmbeddingParameters, ServiceParameter } from './parameters.ts';

/** What determines the vectors of a kept model, besides the prompts. */
export type EncoderParameters = Pick<
  EmbeddingParameters,
  'init' | 'pooling' | 'normalize' | 'maxLength' | 'device' | 'threads' | 'cache'
> &
  Partial<Pick<EmbeddingParameters, ServiceParameter>>;

export interface Watching {
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/** Vectors of texts; the encoder is opened when a vector is first not found on disk. */
export interface Vectors {
  /** SHA-256 of the encoder and its settings. */
  readonly encoder: string;
  of(texts: readonly string[], prompt: string, watching?: Watching): Promise<Float32Array[]>;
  /** Present where a service makes them. */
  readonly service?: {
    /** Why a text has no vector, by text: those of zeros that `of` returned. */
    readonly failures: ReadonlyMap<string, string>;
    /** Usage of the calls since this was last called. */
    takeUsage(): Usage;
  };
}

export const vectorsDirectory = (): string => join(cacheDir(process.env), 'vectors');

/** The vectors on disk by prompt; each space is opened once, and remembers what it has read. None without a cache. */
export function createSpaces(
  cache: boolean,
  open: (prompt: string) => VectorCache,
): (prompt: string) => VectorCache | undefined {
  const spaces = new Map<string, VectorCache>();
  return (prompt) => {
    if (!cache) return undefined;
    const space = spaces.get(prompt) ?? open(prompt);
    spaces.set(prompt, space);
    return space;
  };
}

/** Vectors of an encoder in this process. */
export async function openVectors(parameters: EncoderParameters): Promise<Vectors> {
  const { init, pooling, normalize, maxLength, device, threads, cache } = parameters;
  const encoder = await digestTextEncoder(init);
  let opened: Promise<TextEncoder> | undefined;
  const open = (): Promise<TextEncoder> => {
    const asked = pooling === 'folder' ? undefined : [pooling];
    opened ??= openTextEncoder(init, { pooling: asked, normalize, maxLength, device, threads });
    return opened;
  };
  const spaceOf = createSpaces(cache, (prompt) => {
    const identity = { bits: VECTOR_BITS, encoder, pooling, normalize, maxLength, device, prompt };
    return openVectorCache(vectorsDirectory(), identity);
  });
  return {
    encoder,
    async of(texts, prompt, { signal, onProgress } = {}) {
      const space = spaceOf(prompt);
      const known = (await space?.read(texts)) ?? new Map<string, Float32Array>();
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      if (missing.length > 0) {
        try {
          await (await open()).encode(missing, {
            prompt,
            signal,
            onProgress,
            onVector(index, vector) {
              known.set(missing[index], vector);
              space?.add(missing[index], vector);
            },
          });
        } finally {
          await space?.flush();
        }
      }
      return texts.map((text) => known.get(text)!);
    },
  };
}
