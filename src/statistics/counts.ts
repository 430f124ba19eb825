/**
 * What each unit adds to the sums that a score is made of. Only what is not 0 is kept: with tens of thousands of classes a
 * unit has counts of two or three.
 */
export interface SparseCounts {
  readonly units: number;
  readonly width: number;
  /** The entries of unit `u` are at `starts[u] .. starts[u + 1]`, by ascending column. */
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** Counts as units × width, row-major, or without their zeros. */
export type Counts = Float64Array | SparseCounts;

/** Collects counts unit by unit. */
export interface CountsBuilder {
  /** Adds an entry to the unit; columns ascend. A 0 is left out. */
  add(column: number, value: number): void;
  endUnit(): void;
  finish(): SparseCounts;
}

const FIRST_CAPACITY = 64;

export function createCountsBuilder(width: number, units: number): CountsBuilder {
  const starts = new Uint32Array(units + 1);
  let columns = new Uint32Array(Math.max(FIRST_CAPACITY, units));
  let values = new Float64Array(columns.length);
  let size = 0;
  let unit = 0;
  return {
    add(column, value) {
      if (value === 0) return;
      if (size === columns.length) {
        const [narrow, short] = [columns, values];
        columns = new Uint32Array(2 * size);
        values = new Float64Array(2 * size);
        columns.set(narrow);
        values.set(short);
      }
      columns[size] = column;
      values[size++] = value;
    },
    endUnit() {
      starts[++unit] = size;
    },
    finish: () => ({
      units,
      width,
      starts,
      columns: columns.subarray(0, size),
      values: values.subarray(0, size),
    }),
  };
}

/** The same counts without their zeros. Throws a RangeError where a table is not whole rows of this width. */
export function sparse(counts: Counts, width: number): SparseCounts {
  if (!(counts instanceof Float64Array)) {
    if (counts.width === width) return counts;
    throw new RangeError(`counts of width ${counts.width} are not of width ${width}`);
  }
  if (width < 1 || counts.length % width !== 0) {
    throw new RangeError(`${counts.length} counts are not whole rows of width ${width}`);
  }
  const units = counts.length / width;
  const builder = createCountsBuilder(width, units);
  for (let unit = 0, i = 0; unit < units; unit++) {
    for (let column = 0; column < width; column++) builder.add(column, counts[i++]);
    builder.endUnit();
  }
  return builder.finish();
}

/** Column sums. */
export function sumCounts(counts: Counts, width: number): Float64Array {
  const sums = new Float64Array(width);
  if (counts instanceof Float64Array) {
    for (let i = 0; i < counts.length; i++) sums[i % width] += counts[i];
  } else {
    const { columns, values } = counts;
    for (let i = 0; i < values.length; i++) sums[columns[i]] += values[i];
  }
  return sums;
}

/** Concatenates tables of the same units by column: column `c` of the `t`-th becomes `t · width + c`. */
export function besides(tables: readonly SparseCounts[], width: number): SparseCounts {
  const { units } = tables[0];
  for (const table of tables) {
    if (table.units !== units) throw new RangeError(`${table.units} units cannot be paired with ${units}`);
  }
  const builder = createCountsBuilder(width * tables.length, units);
  for (let unit = 0; unit < units; unit++) {
    tables.forEach(({ starts, columns, values }, t) => {
      for (let i = starts[unit]; i < starts[unit + 1]; i++) builder.add(t * width + columns[i], values[i]);
    });
    builder.endUnit();
  }
  return builder.finish();
}

/** A part's table padded with zero rows to the `units` units of all parts; its own begin at `first`. */
export function among(table: SparseCounts, first: number, units: number): SparseCounts {
  const starts = new Uint32Array(units + 1);
  starts.set(table.starts, first);
  starts.fill(table.starts[table.units], first + table.units);
  return { ...table, units, starts };
}

/** Whether a unit counts the same in two tables. */
export function countsAlike(a: SparseCounts, b: SparseCounts, unit: number): boolean {
  const start = a.starts[unit];
  const offset = b.starts[unit] - start;
  const end = a.starts[unit + 1];
  if (b.starts[unit + 1] - offset !== end) return false;
  for (let i = start; i < end; i++) {
    if (a.columns[i] !== b.columns[offset + i] || a.values[i] !== b.values[offset + i]) return false;
  }
  return true;
}

/** Whether two tables hold the same counts of the same units. */
export const sameCounts = (a: SparseCounts, b: SparseCounts): boolean =>
  a.width === b.width &&
  a.units === b.units &&
  a.values.length === b.values.length &&
  a.starts.every((start, i) => start === b.starts[i]) &&
  a.columns.every((column, i) => column === b.columns[i]) &&
  a.values.every((value, i) => value === b.values[i]);
