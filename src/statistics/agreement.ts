import type { Figure } from './bootstrap.ts';
import { createCountsBuilder, type SparseCounts } from './counts.ts';

/** A figure of agreement and what each record adds to its sums: for `bootstrap`. */
export interface Agreement {
  readonly counts: SparseCounts;
  readonly width: number;
  readonly figure: Figure;
}

/**
 * Cohen's kappa of two annotators: (p_o − p_e) / (1 − p_e), p_o being the share of records on which they agree, and p_e the
 * share expected if each chose independently with their own frequencies (Cohen 1960, Educational and Psychological Measurement
 * 20). `pairs` holds one choice of each for every record. NaN where both always choose one and the same label.
 */
export function cohenKappa(pairs: readonly (readonly [string, string])[]): Agreement {
  const labels = numbered(pairs.flat());
  const size = labels.size;
  const width = size * size;
  const counts = createCountsBuilder(width, pairs.length);
  for (const [a, b] of pairs) {
    counts.add((labels.get(a) ?? 0) * size + (labels.get(b) ?? 0), 1);
    counts.endUnit();
  }
  const value = (sums: Float64Array): number => {
    const [rows, columns] = [new Float64Array(size), new Float64Array(size)];
    let [all, same] = [0, 0];
    for (const [i, count] of sums.entries()) {
      rows[Math.floor(i / size)] += count;
      columns[i % size] += count;
      all += count;
      if (i % (size + 1) === 0) same += count;
    }
    const expected = rows.reduce((sum, row, label) => sum + row * columns[label], 0) / (all * all);
    return (same / all - expected) / (1 - expected);
  };
  return { counts: counts.finish(), width, figure: { value } };
}

/**
 * Krippendorff's alpha for nominal data, any number of annotators and missing choices: 1 − D_o / D_e, with
 * D_o = Σ_u Σ_{c≠k} n_uc n_uk / (m_u − 1) / n and D_e = Σ_{c≠k} n_c n_k / (n (n − 1)), n_uc being how often record u was given
 * label c, m_u its choices, and n all choices in records with two or more (Krippendorff 2011, Computing Krippendorff's
 * Alpha-Reliability, section C). `records` holds the choices for each record; those with fewer than two do not count. NaN
 * where all choices are one label.
 */
export const krippendorffAlpha = (records: readonly (readonly string[])[]): Agreement =>
  weightedAlpha(records.map((choices) => [{ choices, weight: 1 }]));

/** A stretch of a text, and the label that each annotator gave it. */
export interface Stretch {
  readonly choices: readonly string[];
  /** Its length. */
  readonly weight: number;
}

/**
 * Krippendorff's alpha (nominal) as above for stretches of text: each is weighted by its length, as if every character were
 * coded separately, unmarked ones included (after the unitised alpha of Krippendorff, Mathet, Bouvry and
 * Widlöcher 2016, Quality & Quantity 50, without its correction for pairs inside one unit). `records` holds the stretches of
 * each record, which are resampled together. NaN where there is only one label.
 */
export function weightedAlpha(records: readonly (readonly Stretch[])[]): Agreement {
  const paired = records
    .map((stretches) => stretches.filter(({ choices }) => choices.length > 1))
    .filter((stretches) => stretches.length > 0);
  const labels = numbered(paired.flatMap((stretches) => stretches.flatMap(({ choices }) => choices)));
  const width = labels.size + 1;
  const counts = createCountsBuilder(width, paired.length);
  for (const stretches of paired) {
    const all = new Float64Array(width);
    for (const { choices, weight } of stretches) {
      const own = new Float64Array(labels.size);
      for (const choice of choices) own[labels.get(choice) ?? 0]++;
      const same = own.reduce((sum, count) => sum + count * count, 0);
      all[0] += (weight * (choices.length ** 2 - same)) / (choices.length - 1);
      for (const [label, count] of own.entries()) all[label + 1] += weight * count;
    }
    for (const [column, sum] of all.entries()) counts.add(column, sum);
    counts.endUnit();
  }
  const value = ([differing, ...byLabel]: Float64Array): number => {
    const all = byLabel.reduce((sum, count) => sum + count, 0);
    const same = byLabel.reduce((sum, count) => sum + count * count, 0);
    return 1 - (differing * (all - 1)) / (all * all - same);
  };
  return { counts: counts.finish(), width, figure: { value } };
}

/** What two annotators marked in one record, and what both did. */
export interface Marked {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

/**
 * F1 of what one annotator marked against what another did: 2 |A ∩ B| / (|A| + |B|), which is symmetric. Where unmarked cases
 * cannot be counted, kappa approaches it (Hripcsak and Rothschild 2005, JAMIA 12). NaN where nothing is marked.
 */
export function agreementF1(records: readonly Marked[]): Agreement {
  const width = 2;
  const counts = createCountsBuilder(width, records.length);
  for (const { a, b, both } of records) {
    counts.add(0, both);
    counts.add(1, a + b);
    counts.endUnit();
  }
  const value = ([both, marked]: Float64Array): number => (2 * both) / marked;
  return { counts: counts.finish(), width, figure: { value } };
}

const numbered = (labels: readonly string[]): Map<string, number> =>
  new Map([...new Set(labels)].map((label, number) => [label, number]));
