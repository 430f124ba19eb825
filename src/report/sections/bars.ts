import type { Interval } from '../../statistics/interval.ts';
import { type Html, html } from '../html.ts';

/** The part of the scale that the bars of one table show, in shares of one. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

const STEP = 0.1;

/** The smallest scale in whole tenths that covers all values, with a little margin. */
export function scaleFor(values: readonly (number | undefined)[]): Scale {
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (finite.length === 0) return { from: 0, to: 1 };
  const from = Math.max(0, Math.floor(Math.min(...finite) / STEP - 0.2) * STEP);
  const to = Math.ceil(Math.max(...finite) / STEP + 0.2) * STEP;
  return { from, to: Math.max(...finite) <= 1 ? Math.min(1, to) : to };
}

/** A dot for the estimate on a band for the interval. Decorative: the figures are next to it. */
export function intervalBar(estimate: number, interval: Interval | undefined, { from, to }: Scale): Html {
  if (!Number.isFinite(estimate)) return html`<span class="bar" aria-hidden="true"></span>`;
  const at = (value: number): string =>
    `${(Math.min(1, Math.max(0, (value - from) / (to - from))) * 100).toFixed(2)}%`;
  const low = interval && Number.isFinite(interval.low) ? interval.low : estimate;
  const high = interval && Number.isFinite(interval.high) ? interval.high : estimate;
  return html`<span class="bar" aria-hidden="true" style="--low:${at(low)};--high:${at(high)};--at:${at(estimate)}"></span>`;
}
