import type { Usage } from '../tasks/answer.ts';

/** What the answers of a run took, as the service reports it. */
export interface RunUsage extends Omit<Usage, 'milliseconds' | 'served'> {
  /** What the service calls the model; several where that changed. */
  readonly served?: readonly string[];
  /** The sum of the durations of all calls. */
  readonly seconds?: number;
  /** Of the calls of one question, in milliseconds. */
  readonly latency?: { readonly p50: number; readonly p90: number; readonly p99: number };
}

/** The sum over replies; undefined where none of them says. */
export function sumUsage(usages: readonly Usage[]): RunUsage | undefined {
  if (usages.length === 0) return undefined;
  const times = usages.flatMap(({ milliseconds }) => milliseconds ?? []).sort((a, b) => a - b);
  const currency = usages.find((usage) => usage.currency !== undefined)?.currency;
  const served = [...new Set(usages.flatMap((usage) => usage.served ?? []))];
  return {
    ...total(usages, 'promptTokens'),
    ...total(usages, 'completionTokens'),
    ...total(usages, 'estimatedPromptTokens'),
    ...total(usages, 'estimatedCompletionTokens'),
    ...total(usages, 'cost'),
    ...(currency !== undefined && { currency }),
    ...total(usages, 'calls'),
    ...total(usages, 'retries'),
    ...(served.length > 0 && { served }),
    ...(times.length > 0 && {
      seconds: times.reduce((sum, time) => sum + time, 0) / 1000,
      latency: { p50: quantile(times, 0.5), p90: quantile(times, 0.9), p99: quantile(times, 0.99) },
    }),
  };
}

type Summed = Exclude<keyof Usage, 'currency' | 'milliseconds' | 'served'>;

const total = (usages: readonly Usage[], field: Summed): { readonly [F in Summed]?: number } =>
  usages.some((usage) => usage[field] !== undefined)
    ? { [field]: usages.reduce((sum, usage) => sum + (usage[field] ?? 0), 0) }
    : {};

/** The nearest rank. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
