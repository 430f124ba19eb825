import type { RunRecord } from '../evaluation/record.ts';

const PER = 1_000;

/** What answers took. */
export interface Expense {
  /** Per 1 000 examples: of the calls one after the other where a service was called, else of answering. */
  readonly seconds: number;
  /** Per 1 000 examples; absent if a run does not say. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** Means over the runs of one model. */
export function expenseOf(records: readonly RunRecord[]): Expense {
  const mean = (of: (record: RunRecord) => number): number =>
    records.reduce((sum, record) => sum + (of(record) * PER) / record.examples.evaluated, 0) / records.length;
  const seconds = mean(({ usage, times }) => usage?.seconds ?? times.predictSeconds);
  const currencies = new Set(records.map(({ usage }) => usage?.cost !== undefined && (usage.currency ?? '')));
  const [currency] = currencies;
  if (currencies.size > 1 || typeof currency !== 'string') return { seconds };
  return { seconds, cost: { amount: mean(({ usage }) => usage?.cost ?? 0), currency } };
}
