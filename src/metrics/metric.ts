/**
 * A corpus metric as a function of counts that add up over units (documents, dialogues, queries).
 *
 * Counting once per unit and summing gives the score of any subset or resample of the units without looking at an answer again:
 * this is what makes the bootstrap fast.
 */
export interface Metric<Item> {
  /** Number of counts per unit. */
  readonly width: number;
  /** Adds the counts of one unit to `counts[offset .. offset + width)`. A unit is usually one item. */
  count(unit: readonly Item[], counts: Float64Array, offset: number): void;
  /** Summed counts → the score. NaN where it is undefined (nothing to count). */
  value(counts: Float64Array): number;
  /** Summed counts → further figures: precision, recall, one row per type… Plain JSON. */
  details?(counts: Float64Array): Details;
  /**
   * The counts that hold the gold of labels which are scored separately, as in a macro average: an interval needs enough units
   * of each. Labels without gold are ignored.
   */
  readonly supports?: readonly number[];
  /** Metrics with the same tally count every unit alike, so that it is counted once for all of them. Absent: unknown. */
  readonly tally?: object;
  /** For metrics with counts per class, of which there may be very many. */
  readonly narrowing?: Narrowing<Item>;
}

/** Counts only the classes that occur, where very many are listed. */
export interface Narrowing<Item> {
  /** Indices of the counts that a unit may add to, ascending. */
  touched(unit: readonly Item[]): Iterable<number>;
  /** The same score, to the bit, from counts of only the classes that occur in these units. Not valid for other units. */
  to(units: readonly (readonly Item[])[]): Metric<Item>;
}

/** A metric that cannot be counted unit by unit without seeing all items, such as the area under a curve. */
export interface WholeMetric<Item> {
  whole(items: readonly Item[]): number;
  /** Further figures. Plain JSON. */
  details?(items: readonly Item[]): Details;
  /** The same score for these units, to be computed many times under different weights of the units. */
  reweighted(units: readonly (readonly Item[])[]): Reweighted<Item>;
}

/** A whole metric prepared for certain units: as counts that add up, or as a function of the units' weights. */
export type Reweighted<Item> =
  | { readonly counted: Metric<Item> }
  | {
      /** One positive weight per unit; weights of 1 give the score itself, to the bit. */
      readonly value: (weights: Float64Array) => number;
      /** Units of the rarest label, with it or without it. */
      readonly labelUnits: number;
      /** Items that one call of `value` visits. */
      readonly cost: number;
    };

/** Figures that accompany a score, as plain JSON. */
export type Details = {
  readonly [name: string]: number | string | readonly (number | string)[] | Details | readonly Details[];
};

/** `a / b`, and NaN where `b` is 0: an undefined score is never a zero. */
export const ratio = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b);
