import type { Counts } from './counts.ts';
import { widening } from './influence.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES, type Interval, type Supported } from './interval.ts';
import { toInterval } from './percentiles.ts';
import { createResampler } from './resample.ts';
import { type DistinctRows, distinctRows, sumsWithout } from './rows.ts';
import { createJointSums } from './weighting.ts';

/** Summed counts → a score; NaN where it is undefined. */
export type Value = (sums: Float64Array) => number;

/** A score of summed counts, and the columns that hold the gold of labels which are scored separately. */
export interface Figure extends Supported {
  readonly value: Value;
}

/**
 * Bootstrap interval of a corpus metric over independent units.
 *
 * `counts` is units × width, row-major, or the same without its zeros: what each unit adds to the sufficient statistics. BCa is
 * Efron 1987 with the jackknife acceleration, as in scipy.stats.bootstrap; quantiles interpolate
 * linearly. What cannot be computed is named in `flaw`, never thrown.
 *
 * @example
 * ```ts
 * import { bootstrap } from 'chineseblue';
 *
 * // Three documents; of each, how many of its answers are right and how many there are.
 * const counts = Float64Array.of(8, 10, 4, 10, 9, 10);
 * const interval = bootstrap(counts, 2, ([right, all]) => right / all, { seed: 1 });
 * interval.estimate; // 0.7
 * console.log(interval.low, interval.high, interval.flaw);
 * ```
 */
export function bootstrap(
  counts: Counts,
  width: number,
  value: Value,
  options: BootstrapOptions & Supported = {},
): Interval {
  return bootstrapMany(counts, width, [{ value, supports: options.supports }], options)[0];
}

/** The resampled values themselves, in the order drawn, for plots and for functions of several scores. */
export function resampledValues(
  counts: Counts,
  width: number,
  value: Value,
  options: BootstrapOptions = {},
): Float64Array {
  return drawTables([{ rows: distinctRows(counts, width), figures: [{ value }] }], options)[0][0];
}

/** Intervals of several scores of the same counts, from the same resamples: F1 of every type in one pass. */
export const bootstrapMany = (
  counts: Counts,
  width: number,
  figures: readonly Figure[],
  options: BootstrapOptions = {},
): Interval[] => bootstrapTables([{ counts, width, figures }], options)[0];

/** Counts, and the scores computed from their sums. */
export interface CountedFigures {
  readonly counts: Counts;
  readonly width: number;
  readonly figures: readonly Figure[];
}

/**
 * Intervals of the scores of several tables, each as if computed alone: tables whose distinct rows have the same sizes, such as
 * those of F1 and of a correlation of the same labels, share the weights of their resamples.
 */
export function bootstrapTables(
  tables: readonly CountedFigures[],
  options: BootstrapOptions = {},
): Interval[][] {
  const prepared = tables.map(({ counts, width, figures }) => ({
    rows: distinctRows(counts, width),
    figures,
  }));
  const drawn = drawTables(prepared, options);
  return prepared.map(({ rows, figures }, t) =>
    figures.map((figure, f) => intervalOf(rows, figure, drawn[t][f], options)),
  );
}

function intervalOf(
  table: DistinctRows,
  { value, supports }: Figure,
  drawn: Float64Array,
  options: BootstrapOptions,
): Interval {
  const { units } = table;
  const { method = 'bayesian' } = options;
  const acceleration = method === 'bca' && units > 1 ? accelerationOf(jackknife(table, value)) : 0;
  const wider = method === 'bayesian' && units > 1 ? widening(table, value) : 1;
  const labelUnits = supports && rarest(table, supports);
  return toInterval(value(table.total), drawn, { units, labelUnits, acceleration, wider }, options);
}

/** Counts as distinct rows, and the figures computed from them. */
interface Prepared {
  readonly rows: DistinctRows;
  readonly figures: readonly Figure[];
}

/** One list of resampled values per table and figure; empty lists where there are not two units. */
function drawTables(
  tables: readonly Prepared[],
  { resamples = DEFAULT_RESAMPLES, seed = 0, method = 'bayesian' }: BootstrapOptions,
): Float64Array[][] {
  const drawn = tables.map(({ rows, figures }) =>
    figures.map(() => new Float64Array(rows.units < 2 ? 0 : resamples)),
  );
  const isBayesian = method === 'bayesian';
  for (const places of isBayesian ? alike(tables) : tables.map((_, place) => [place])) {
    const members = places.map((place) => tables[place].rows);
    if (members[0].units < 2) continue;
    const resample = isBayesian ? createJointSums(members, seed) : alone(createResampler(members[0], seed));
    for (let i = 0; i < resamples; i++) {
      const sums = resample();
      for (let m = 0; m < places.length; m++) {
        const { figures } = tables[places[m]];
        const values = drawn[places[m]];
        for (let f = 0; f < figures.length; f++) values[f][i] = figures[f].value(sums[m]);
      }
    }
  }
  return drawn;
}

const alone =
  (draw: () => Float64Array): (() => readonly Float64Array[]) =>
  () => [draw()];

/** Groups of indices of tables that draw the same weights. */
function alike(tables: readonly Prepared[]): number[][] {
  const groups: number[][] = [];
  for (const [place, { rows }] of tables.entries()) {
    const isAlike = ([first]: readonly number[]): boolean =>
      isSame(tables[first].rows.multiplicity, rows.multiplicity);
    const known = groups.find(isAlike);
    if (known) known.push(place);
    else groups.push([place]);
  }
  return groups;
}

const isSame = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

/** The smallest number of units in which one of these columns is not zero, all-zero ones aside; undefined if all are. */
function rarest(
  { size, width, rows, multiplicity, total }: DistinctRows,
  columns: readonly number[],
): number | undefined {
  const units = new Uint32Array(width);
  for (let row = 0; row < size; row++) {
    for (let i = rows.starts[row]; i < rows.starts[row + 1]; i++) units[rows.columns[i]] += multiplicity[row];
  }
  let fewest: number | undefined;
  for (const column of columns) {
    if (total[column] === 0) continue;
    if (fewest === undefined || units[column] < fewest) fewest = units[column];
  }
  return fewest;
}

interface Jackknife {
  /** The score without one unit, a distinct row each. */
  readonly values: Float64Array;
  /** How many units give that value. */
  readonly weights: Int32Array;
}

/** Leave-one-unit-out values, one a distinct row. */
function jackknife(table: DistinctRows, value: Value): Jackknife {
  const values = new Float64Array(table.size);
  const without = sumsWithout(table, 1);
  for (let row = 0; row < table.size; row++) values[row] = value(without(row));
  return { values, weights: table.multiplicity };
}

/** Efron 1987, equation 6.6. Undefined values are left out. NaN where the values do not vary. */
function accelerationOf({ values, weights }: Jackknife): number {
  let units = 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    units += weights[i];
    mean += weights[i] * values[i];
  }
  mean /= units;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const u = mean - values[i];
    squares += weights[i] * u * u;
    cubes += weights[i] * u * u * u;
  }
  return cubes / (6 * squares ** 1.5);
}
