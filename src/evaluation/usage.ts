import { SUMMED_USAGE, type Usage } from '../tasks/answer.ts';

/** Usage of the answers of a run, as reported by the service. */
export interface RunUsage extends Omit<Usage, 'milliseconds' | 'served' | 'structured'> {
  /** Model names reported by the service; several if they changed. */
  readonly served?: readonly string[];
  /** How the service enforced the shape of answers; several if that changed. */
  readonly structured?: readonly string[];
  /** The sum of the durations of all calls. */
  readonly seconds?: number;
  /** Latency of the calls of one question, in milliseconds. */
  readonly latency?: { readonly p50: number; readonly p90: number; readonly p99: number };
}

/** Sums the usage of replies, keeping at most one number for each. */
export interface UsageTally {
  add(usage: Usage): void;
  /** Undefined where no reply reports it. */
  sum(): RunUsage | undefined;
}

export function tallyUsage(): UsageTally {
  const sums: { [F in (typeof SUMMED_USAGE)[number]]?: number } = {};
  const times: number[] = [];
  const served = new Set<string>();
  const structured = new Set<string>();
  let currency: string | undefined;
  let any = false;
  return {
    add(usage) {
      any = true;
      for (const field of SUMMED_USAGE) {
        const value = usage[field];
        if (value !== undefined) sums[field] = (sums[field] ?? 0) + value;
      }
      currency ??= usage.currency;
      if (usage.served !== undefined) served.add(usage.served);
      if (usage.structured !== undefined) structured.add(usage.structured);
      if (usage.milliseconds !== undefined) times.push(usage.milliseconds);
    },
    sum() {
      if (!any) return undefined;
      const { promptTokens, completionTokens, estimatedPromptTokens, estimatedCompletionTokens } = sums;
      const { cost, calls, retries } = sums;
      const sorted = Float64Array.from(times).sort();
      return {
        ...(promptTokens !== undefined && { promptTokens }),
        ...(completionTokens !== undefined && { completionTokens }),
        ...(estimatedPromptTokens !== undefined && { estimatedPromptTokens }),
        ...(estimatedCompletionTokens !== undefined && { estimatedCompletionTokens }),
        ...(cost !== undefined && { cost }),
        ...(currency !== undefined && { currency }),
        ...(calls !== undefined && { calls }),
        ...(retries !== undefined && { retries }),
        ...(served.size > 0 && { served: [...served] }),
        ...(structured.size > 0 && { structured: [...structured] }),
        ...(sorted.length > 0 && {
          seconds: sorted.reduce((sum, time) => sum + time, 0) / 1000,
          latency: { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99) },
        }),
      };
    },
  };
}

/** The nearest rank. */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
