/**
 * A corpus metric as a function of counts that add up over units (documents, dialogues, queries).
 *
 * Counting once a unit and summing gives the score of any subset or resample of the units without
 * looking at an answer again: this is what makes the bootstrap fast.
 */
export interface Metric<Item> {
  /** Number of counts per unit. */
  readonly width: number;
  /** Adds the counts of one unit to `counts[offset .. offset + width)`. A unit is usually one item. */
  count(unit: readonly Item[], counts: Float64Array, offset: number): void;
  /** Summed counts → the score. NaN where it is undefined (nothing to count). */
  value(counts: Float64Array): number;
  /** Summed counts → the figures beside it: precision, recall, one row per type… Plain JSON. */
  details?(counts: Float64Array): Details;
  /**
   * The counts that hold the gold of labels which count by themselves, as in a macro average: an interval needs enough
   * units of each. Labels without gold do not count.
   */
  readonly supports?: readonly number[];
  /** Metrics of one tally count every unit alike: their counts need be made only once. Absent: not known. */
  readonly tally?: object;
  /** Of metrics with counts per class, which may be very many. */
  readonly narrowing?: Narrowing<Item>;
}

/** What lets the few classes that occur be counted without all others. */
export interface Narrowing<Item> {
  /** Where the counts stand that a unit may add to, ascending. */
  touched(unit: readonly Item[]): Iterable<number>;
  /** The same score, to the bit, in the counts of the classes that occur in these units. It is of no use for other units. */
  to(units: readonly (readonly Item[])[]): Metric<Item>;
}

/** A metric that cannot be counted once a unit without seeing all items, such as the area under a curve. */
export interface WholeMetric<Item> {
  whole(items: readonly Item[]): number;
  /** The figures beside it. Plain JSON. */
  details?(items: readonly Item[]): Details;
  /** The same score for these units, to be computed many times under other weights of the units. */
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
