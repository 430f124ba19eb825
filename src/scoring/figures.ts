import type { Text } from '../ground/language.ts';
import { type Interval, MIN_LABEL_UNITS, MIN_UNITS } from '../statistics/interval.ts';
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

/** Marks an interval that may cover the true value less often than its level says. */
export const UNSURE_MARK = '†';

/** What the mark means. */
export const UNSURE_NOTE: Text = {
  en: `${UNSURE_MARK} The interval may be too narrow: fewer than ${MIN_UNITS} independent units, fewer than ${MIN_LABEL_UNITS} with a label that is scored separately, or no spread at all.`,
  zh: `${UNSURE_MARK} 该区间可能偏窄：独立单元少于 ${MIN_UNITS} 个，或某个单独计分的标签只出现在不足 ${MIN_LABEL_UNITS} 个单元中，或各单元结果毫无差异。`,
};

/** Whether an interval needs the mark: it is flagged `few-units` or `no-spread`. */
export const isUnsure = (interval: Interval | undefined): boolean =>
  interval?.flaw === 'few-units' || interval?.flaw === 'no-spread';

/** `[84.0, 88.0]`, with the mark where it is unsure; empty without an interval. */
export function range(interval: Interval | undefined, convention: string, digits = 1): string {
  if (!interval) return '';
  const mark = isUnsure(interval) ? UNSURE_MARK : '';
  return `[${figure(interval.low, convention, digits)}, ${figure(interval.high, convention, digits)}]${mark}`;
}

/** A p-value: three digits, small ones as a bound. */
export const pValue = (p: number): string => (Number.isNaN(p) ? '–' : p < 0.001 ? '<0.001' : p.toFixed(3));
