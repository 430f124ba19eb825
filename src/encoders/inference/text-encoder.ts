import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SessionOptions } from '../../autograd/index.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { architectureOf, readConfig } from '../architectures/registry.ts';
import { findFolder } from '../folder/find.ts';
import { loadFolder } from '../folder/load.ts';
import { readSentence, type SentenceSettings } from '../folder/sentence.ts';
import { applyDense } from '../folder/sentence-dense.ts';
import { loadTokenizer } from '../tokenizers/load.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { Pooling } from './parameters.ts';
import { openPooled } from './pooled.ts';
import type { Sequence } from './sequences.ts';

/** Raised whenever the last bits of vectors change: cached ones are then recomputed. */
export const VECTOR_BITS = 2;

/** The user's overrides of the settings of a folder. */
export interface TextEncoderOptions extends SessionOptions {
  /** Several are concatenated. */
  readonly pooling?: readonly Pooling[];
  /** Whether vectors are scaled to length 1. */
  readonly normalize?: boolean;
  /** Tokens, special ones included, after which a text is cut off. */
  readonly maxLength?: number;
}

export interface EncodeOptions {
  /** Put before every text; see `promptOf`. */
  readonly prompt?: string;
  /** Share of the texts done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Called with every vector as soon as it is computed; equal texts get the same one. */
  readonly onVector?: (index: number, vector: Float32Array) => void;
  readonly signal?: AbortSignal;
}

/** An encoder of texts, opened once. */
export interface TextEncoder {
  /** With the requested settings in place of those of the folder. */
  readonly settings: SentenceSettings;
  readonly tokenizer: Tokenizer;
  /** One vector a text, which depends on nothing but the text, the prompt and the settings. */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array[]>;
}

/** Without files of `sentence-transformers`: the mean of a text's own tokens. */
const PLAIN: SentenceSettings = {
  pooling: ['text_mean'],
  includePrompt: true,
  steps: [],
  prompts: {},
  lowercase: false,
};

/**
 * Opens a folder, or a model by its name, to compute vectors of texts according to its files of `sentence-transformers`. Throws
 * a UserError where the folder is damaged or has unsupported settings.
 */
export async function openTextEncoder(
  name: string,
  { pooling, normalize, maxLength, ...session }: TextEncoderOptions = {},
): Promise<TextEncoder> {
  const { config, tensors, tokenizer: own, file } = await loadFolder(name);
  const said = (await readSentence(dirname(file), config.hiddenSize)) ?? PLAIN;
  const settings = adjust(said, { pooling, normalize });
  const tokenizer = asSaid(own, settings);
  const longest = Math.min(maxLength ?? settings.maxLength ?? config.maxPositions, config.maxPositions);
  const { isEncoder } = architectureOf(config).parameters;
  const weights = new Map([...tensors].filter(([parameter]) => isEncoder(parameter)));
  const pooled = await openPooled(config, weights, session);
  return {
    settings,
    tokenizer,
    async encode(texts, { prompt = '', onProgress, onVector, signal } = {}) {
      const skipped =
        settings.includePrompt || prompt === '' ? 0 : tokenizer.encode(prompt, longest).ids.length - 1;
      const { distinct, places } = group(texts);
      const sequences = distinct.map((text): Sequence => tokenizer.encode(prompt + text, longest));
      const vectors = new Array<Float32Array>(texts.length);
      await pooled(sequences, {
        poolings: settings.pooling,
        skip: skipped,
        onProgress,
        signal,
        onAnswer(index, raw) {
          const vector = settings.steps.reduce(takeStep, raw);
          for (const place of places[index]) {
            vectors[place] = vector;
            onVector?.(place, vector);
          }
        },
      });
      return vectors;
    },
  };
}

/** The settings of text vectors in a folder or named model, without reading its weights. */
export async function readTextSettings(name: string): Promise<SentenceSettings> {
  const path = findFolder(name);
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const { hiddenSize } = await readConfig(folder);
  return (await readSentence(folder, hiddenSize)) ?? PLAIN;
}

/** The tokenizer with which the vectors of such a folder are computed. */
export async function openTextTokenizer(name: string): Promise<Tokenizer> {
  const path = findFolder(name);
  const tokenizer = await loadTokenizer(statSync(path).isDirectory() ? path : dirname(path));
  return asSaid(tokenizer, await readTextSettings(name));
}

/** Some folders lowercase texts before whatever their tokenizer does. */
function asSaid(tokenizer: Tokenizer, { lowercase }: SentenceSettings): Tokenizer {
  if (!lowercase) return tokenizer;
  return {
    ...tokenizer,
    tokenize: (text, limit) => tokenizer.tokenize(text.toLowerCase(), limit),
    encode: (text, maxLength) => tokenizer.encode(text.toLowerCase(), maxLength),
    encodePair: (first, second, maxLength) =>
      tokenizer.encodePair(first.toLowerCase(), second.toLowerCase(), maxLength),
  };
}

/** With another pooling, which drops dense layers; with or without a final normalisation. */
function adjust(
  said: SentenceSettings,
  { pooling, normalize }: Pick<TextEncoderOptions, 'pooling' | 'normalize'>,
): SentenceSettings {
  const asked = pooling !== undefined && pooling.length > 0 ? pooling : said.pooling;
  const kept = asked.join() === said.pooling.join() ? said.steps : said.steps.filter(isNormalize);
  if (normalize === undefined) return { ...said, pooling: asked, steps: kept };
  const others = kept.filter((step) => !isNormalize(step));
  return { ...said, pooling: asked, steps: normalize ? [...others, { kind: 'normalize' }] : others };
}

const isNormalize = ({ kind }: SentenceSettings['steps'][number]): boolean => kind === 'normalize';

const takeStep = (vector: Float32Array, step: SentenceSettings['steps'][number]): Float32Array =>
  step.kind === 'dense' ? applyDense(step, vector) : toUnitLength(vector);

/** Smaller norms are replaced by this, as `torch.nn.functional.normalize` does. */
const LEAST_NORM = 1e-12;

function toUnitLength(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.max(Math.sqrt(squares), LEAST_NORM);
  return vector.map((value) => value / norm);
}

/** Every distinct text, and its index for every text. */
function group(texts: readonly string[]): { distinct: string[]; places: number[][] } {
  const places = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    const known = places.get(text);
    if (known) known.push(index);
    else places.set(text, [index]);
  }
  return { distinct: [...places.keys()], places: [...places.values()] };
}

/**
 * The prompt that a folder's settings have by this name; without a name its default one, else none. Throws a UserError
 * `unknown-prompt`.
 */
export function promptOf({ prompts, defaultPrompt }: SentenceSettings, name = defaultPrompt): string {
  if (name === undefined) return '';
  if (Object.hasOwn(prompts, name)) return prompts[name];
  const known = Object.keys(prompts);
  throw new UserError(
    'unknown-prompt',
    { en: `The model has no prompt "${name}"`, zh: `该模型没有名为“${name}”的提示` },
    {
      hint:
        known.length > 0
          ? { en: `It has ${known.join(', ')}.`, zh: `可用的提示：${known.join('、')}。` }
          : {
              en: 'It has none; give the text with --prompt-text.',
              zh: '该模型没有预设提示，请用 --prompt-text 给出文本。',
            },
      exitCode: EXIT.usage,
    },
  );
}
