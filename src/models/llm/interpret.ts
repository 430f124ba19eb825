import * as z from 'zod';
import type { Answer } from '../../tasks/answer.ts';
import type { AnyTypes, Input, Prediction } from '../../tasks/examples.ts';
import type { Asking } from '../../tasks/families/asking.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { findJson } from './reading.ts';

const written = z.object({
  text: z.string(),
  finish: z.string().optional(),
  refusal: z.string().optional(),
  reasoning: z.string().optional(),
});
const failed = z.object({ failure: z.string(), detail: z.string().optional() });
const scored = z.object({
  scores: z.record(z.string(), z.number()),
  /** Mean probability of every place in the list of options. */
  places: z.array(z.number()).optional(),
});

/** The journal entry of one input: the calls of every repeat, in order. */
export const rawJson = z.object({
  /** Id of the asking that reads it. */
  asking: z.string(),
  repeats: z.array(z.array(z.union([written, scored, failed]))).min(1),
  vote: z.boolean().optional(),
  /** Ids of the worked examples. */
  shots: z.array(z.string()).optional(),
  /** How answers were held to their shape. */
  rung: z.enum(['schema', 'json', 'text']).optional(),
  /** The model name reported by the service. */
  model: z.string().optional(),
});
export type RawAnswer = z.infer<typeof rawJson>;
export type RawCall = RawAnswer['repeats'][number][number];

/** Reads the calls of an input as an answer. Pure: a better reader needs no new call. */
export function interpret(raw: unknown, input: Input, task: Task): Answer {
  const parsed = rawJson.safeParse(raw);
  if (!parsed.success) return { status: 'unreadable', reason: 'journal' };
  const { asking: id, repeats, vote = false } = parsed.data;
  const asking = familyOf(task).asking?.find((one) => one.id === id);
  if (!asking) return { status: 'unreadable', reason: 'journal' };
  const answers = repeats.map((calls) => readCalls(calls, asking, input, task));
  return vote ? majority(answers) : answers[0];
}

/** Every repeat as a separate reply. */
export function repeatsOf(raw: unknown): readonly RawAnswer[] {
  const parsed = rawJson.safeParse(raw).data;
  return parsed?.repeats.map((calls) => ({ ...parsed, repeats: [calls] })) ?? [];
}

function readCalls(calls: readonly RawCall[], asking: Asking<AnyTypes>, input: Input, task: Task): Answer {
  const failure = calls.find((call) => 'failure' in call);
  if (failure && 'failure' in failure) return { status: 'missing', reason: failure.failure, failed: true };
  const scored = calls.flatMap((call) => ('scores' in call ? [call] : []));
  if (scored.length > 0 && scored.length === calls.length && asking.choice) {
    const scores = scored.map((call) => call.scores);
    const places = meanPlaces(scored.flatMap((call) => (call.places ? [call.places] : [])));
    const prediction = asking.choice.decide(scores, input, task);
    return { status: 'answered', prediction, ...(places && { places }) };
  }
  const values: unknown[] = [];
  const isText = asking.schema(task) === undefined;
  for (const call of calls) {
    if (!('text' in call)) return { status: 'unreadable', reason: 'journal' };
    if (call.refusal !== undefined || call.finish === 'content_filter')
      return { status: 'refused', reason: call.refusal ?? 'content-filter' };
    if (isText) {
      values.push(call.text);
      continue;
    }
    const found = findJson(call.text);
    if ('unreadable' in found) {
      const truncated = call.finish === 'length';
      return { status: 'unreadable', reason: found.unreadable, ...(truncated && { truncated }) };
    }
    values.push(found.value);
  }
  const reading = asking.read(values, input, task);
  if ('unreadable' in reading) return { status: 'unreadable', reason: reading.unreadable };
  return { status: 'answered', ...reading };
}

const meanPlaces = (calls: readonly (readonly number[])[]): number[] | undefined =>
  calls[0]?.map((_, place) => calls.reduce((sum, places) => sum + places[place] / calls.length, 0));

/** The most frequent prediction, of equally frequent ones the earliest; the first answer if none was answered. */
function majority(answers: readonly Answer[]): Answer {
  const votes = new Map<string, { count: number; answer: Answer }>();
  for (const answer of answers) {
    if (answer.status !== 'answered') continue;
    const key = canonical(answer.prediction);
    const before = votes.get(key) ?? { count: 0, answer };
    votes.set(key, { ...before, count: before.count + 1 });
  }
  const [first, ...others] = votes.values();
  if (!first) return answers[0];
  return others.reduce((best, other) => (other.count > best.count ? other : best), first).answer;
}

/** Equal predictions whatever the order of their parts. */
function canonical(prediction: Prediction): string {
  const sorted = Object.entries(prediction).map(([field, value]) => [
    field,
    Array.isArray(value) && field !== 'scores' ? value.map((one) => JSON.stringify(one)).sort() : value,
  ]);
  return JSON.stringify(sorted.sort());
}
