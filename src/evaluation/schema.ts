import * as z from 'zod';
import { ownSplits } from '../datasets/schemes/registry.ts';
import type { Details } from '../metrics/metric.ts';
import { SCORES_SCHEMA, type ScoreSheet } from '../scoring/score-sheet.ts';
import type { Interval } from '../statistics/interval.ts';
import { familyIds } from '../tasks/families/registry.ts';
import { SPLITS } from '../tasks/task.ts';
import { RUN_SCHEMA, type RunRecord } from './record.ts';

const count = z.int().min(0);
/** Unlike `z.number()`, also NaN and the infinities. */
const real = z.custom<number>((value) => typeof value === 'number', {
  error: 'Invalid input: expected number',
  params: { zh: '应为数字' },
});
const split = z.enum([...SPLITS, ...ownSplits]);
const counts = { asked: count, answered: count, refused: count, unreadable: count, missing: count };
const tokens = real.optional();
const quotes = z.looseObject({
  ...{
    aligned: count,
    folded: count,
    unaligned: count,
    ambiguous: count,
    duplicate: count,
    conflicting: count,
  },
});
const repeats = z.looseObject({
  scores: z.array(real),
  deviation: real,
  itemDeviation: real.optional(),
  agreement: real,
});
const usage = z.looseObject({
  ...{ promptTokens: tokens, completionTokens: tokens, cost: tokens, calls: tokens, retries: tokens },
  ...{ estimatedPromptTokens: tokens, estimatedCompletionTokens: tokens },
  currency: z.string().optional(),
  seconds: tokens,
  served: z.array(z.string()).optional(),
  structured: z.array(z.string()).optional(),
  latency: z.looseObject({ p50: real, p90: real, p99: real }).optional(),
});

/** The shape of `run.json`; its seal is left out. */
export const recordJson: z.ZodType<RunRecord> = z
  .looseObject({
    schema: z.literal(RUN_SCHEMA),
    id: z.string(),
    task: z.looseObject({ id: z.string(), family: z.enum(familyIds), primary: z.string() }),
    split,
    source: z.enum(['primary', 'alternative']),
    synthetic: z.boolean(),
    examples: z.looseObject({
      train: count,
      dev: count,
      evaluated: count,
      of: count.optional(),
      learnt: count.optional(),
    }),
    splitRule: z.string(),
    corpus: z.array(
      z.looseObject({ path: z.string(), bytes: count, sha256: z.string(), gitBlob: z.string() }),
    ),
    model: z.looseObject({
      id: z.string(),
      name: z.string(),
      version: real,
      seeded: z.boolean(),
      parameters: z.record(z.string(), z.union([real, z.string(), z.boolean()])),
      chosen: z.array(z.string()),
      startingPoint: z.string(),
      moduleHash: z.string(),
      bytes: count.optional(),
    }),
    answers: z.looseObject({ ...counts, truncated: count, failed: count }),
    reasons: z.record(z.string(), count).optional(),
    quotes: quotes.optional(),
    places: z.array(real).optional(),
    repeats: repeats.optional(),
    usage: usage.optional(),
    seed: real,
    times: z.looseObject({ startedAt: z.string(), fitSeconds: real, predictSeconds: real }),
    environment: z.looseObject({
      chineseblue: z.string(),
      node: z.string(),
      git: z.looseObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
      platform: z.string(),
      cpu: z.string(),
      cores: real,
      memoryGiB: real,
    }),
    files: z.looseObject({
      predictions: z.string(),
      answers: z.string().optional(),
      scores: z.string().optional(),
    }),
  })
  .transform(({ sha256: _, ...record }) => record);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: object, field: string): boolean =>
  typeof Object.entries(value).find(([name]) => name === field)?.[1] === 'number';

/** The shape of an interval. */
export const intervalJson = z.custom<Interval>(
  (value) => isObject(value) && ['low', 'high', 'level'].every((field) => isNumber(value, field)),
  { error: 'Invalid input: expected an interval', params: { zh: '应为区间' } },
);
const details = z.custom<Details>(isObject, {
  error: 'Invalid input: expected object',
  params: { zh: '应为对象' },
});

const subset = z.looseObject({
  examples: count,
  units: count,
  scores: z.array(
    z.looseObject({
      convention: z.string(),
      value: real,
      interval: intervalJson.optional(),
      details: details.optional(),
    }),
  ),
});

/** The shape of `scores.json`. */
export const scoresJson: z.ZodType<ScoreSheet> = z
  .looseObject({
    schema: z.literal(SCORES_SCHEMA),
    task: z.string(),
    split,
    synthetic: z.boolean(),
    primary: z.string(),
    coverage: z.looseObject(counts),
    quotes: quotes.optional(),
    floors: z.looseObject({ constant: real, chance: real }),
    subsets: z.record(z.string(), subset),
  })
  .refine(
    ({ primary, subsets }) =>
      subsets.all !== undefined &&
      Object.values(subsets).every(({ scores }) => scores.some(({ convention }) => convention === primary)),
    {
      path: ['subsets'],
      error: 'There is no score under the primary convention',
      params: { zh: '缺少主口径的得分' },
    },
  );
