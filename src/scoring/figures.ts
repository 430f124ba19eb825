import type { Interval } from '../statistics/interval.ts';
import { findConvention } from '../tasks/conventions.ts';

type Unit = NonNullable<ReturnType<typeof findConvention>['unit']>;

const WRITE: Readonly<Record<Unit, (value: number, digits: number) => string>> = {
  percent: (value, digits) => (value * 100).toFixed(digits),
  ratio: (value, digits) => value.toFixed(digits + 1),
  fraction: (value, digits) => value.toFixed(digits + 2),
};

/** A score under a convention, in the convention's unit: percent with `digits` decimals; `–` where undefined. */
export function figure(value: number, convention: string, digits = 1): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return WRITE[findConvention(convention).unit ?? 'percent'](value, digits).replace('-', '−');
}

/** `[84.0, 88.0]`; empty without an interval. */
export function range(interval: Interval | undefined, convention: string, digits = 1): string {
  if (!interval) return '';
  return `[${figure(interval.low, convention, digits)}, ${figure(interval.high, convention, digits)}]`;
}

/** A p-value: three digits, small ones as a bound. */
export const pValue = (p: number): string => (Number.isNaN(p) ? '–' : p < 0.001 ? '<0.001' : p.toFixed(3));
