/** Scores over seeds, as fractions of 1; the deviation of a single seed is NaN, stored as null in JSON. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number | null;
}

const percent = (share: number): string => (100 * share).toFixed(2);

/** In percent: `84.20 ± 0.70`, or the mean alone for one seed. */
export const showSpread = ({ mean, deviation }: Spread): string =>
  deviation === null || Number.isNaN(deviation) ? percent(mean) : `${percent(mean)} ± ${percent(deviation)}`;
