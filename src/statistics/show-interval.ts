import type { Interval } from './interval.ts';

/** A figure with its interval, three decimals; dashes where they are undefined. */
export function showInterval({ estimate, low, high }: Interval): string {
  const show = (value: number | null): string =>
    value !== null && Number.isFinite(value) ? value.toFixed(3) : '–';
  return `${show(estimate)} [${show(low)}, ${show(high)}]`;
}
