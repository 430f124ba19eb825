import { type Counts, createCountsBuilder, type SparseCounts, sparse, sumCounts } from './counts.ts';

/**
 * Units that count alike are one row with a multiplicity: a task of 10 000 pairs scored by accuracy
 * has two distinct rows, and a resample of it is one binomial draw.
 */
export interface DistinctRows {
  readonly width: number;
  /** Number of units, the sum of `multiplicity`. */
  readonly units: number;
  /** Number of distinct rows; they are sorted by multiplicity, largest first. */
  readonly size: number;
  /** One unit per distinct row. */
  readonly rows: SparseCounts;
  /** Units per row. */
  readonly multiplicity: Int32Array;
  /** The row of every unit. */
  readonly rowOf: Int32Array;
  /** Sum over all units, `width`. */
  readonly total: Float64Array;
}

/** Collapses the counts of units into distinct rows. Rows are equal when all their counts are. */
export function distinctRows(counts: Counts, width: number): DistinctRows {
  const table = sparse(counts, width);
  const found = collapse(table);
  const order = Array.from(found.first.keys()).sort(
    (a, b) => found.multiplicity[b] - found.multiplicity[a] || a - b,
  );
  const size = order.length;
  const rows = createCountsBuilder(width, size);
  const multiplicity = new Int32Array(size);
  const place = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const unit = found.first[order[i]];
    for (let at = table.starts[unit]; at < table.starts[unit + 1]; at++)
      rows.add(table.columns[at], table.values[at]);
    rows.endUnit();
    multiplicity[i] = found.multiplicity[order[i]];
    place[order[i]] = i;
  }
  return {
    width,
    units: table.units,
    size,
    rows: rows.finish(),
    multiplicity,
    rowOf: found.rowOf.map((row) => place[row]),
    total: sumCounts(table, width),
  };
}

/** Open addressing over the bits of the rows: a million rows need no million strings. */
function collapse({ units, starts, columns, values }: SparseCounts) {
  let capacity = 16;
  while (capacity < units * 2) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const rowOf = new Int32Array(units);
  const first: number[] = [];
  const multiplicity: number[] = [];
  const isSame = (a: number, b: number): boolean => {
    const offset = starts[b] - starts[a];
    const end = starts[a + 1];
    if (starts[b + 1] - offset !== end) return false;
    for (let i = starts[a]; i < end; i++)
      if (columns[i] !== columns[offset + i] || values[i] !== values[offset + i]) return false;
    return true;
  };
  for (let unit = 0; unit < units; unit++) {
    let hash = 0x811c9dc5;
    for (let i = starts[unit]; i < starts[unit + 1]; i++) {
      hash = Math.imul(hash ^ columns[i], 0x01000193);
      hash = Math.imul(hash ^ words[2 * i] ^ words[2 * i + 1], 0x01000193);
      hash ^= hash >>> 15;
    }
    let slot = hash & (capacity - 1);
    while (slots[slot] >= 0 && !isSame(first[slots[slot]], unit)) slot = (slot + 1) & (capacity - 1);
    if (slots[slot] < 0) {
      slots[slot] = first.length;
      first.push(unit);
      multiplicity.push(0);
    }
    rowOf[unit] = slots[slot];
    multiplicity[slots[slot]]++;
  }
  return { rowOf, first, multiplicity };
}

/** The same rows column by column without their zeros, for sums under many weightings. */
export interface SparseColumns {
  /** The columns that are not 0 throughout, ascending. */
  readonly occupied: Uint32Array;
  /** The `c`-th of them has its entries at `starts[c] .. starts[c + 1]`. */
  readonly starts: Uint32Array;
  readonly row: Uint32Array;
  readonly value: Float64Array;
}

/** `row` and `value` are filled where they are given, with a place for each entry. */
export function sparseColumns(
  { units, width, starts, columns, values }: SparseCounts,
  row: Uint32Array = new Uint32Array(columns.length),
  value: Float64Array = new Float64Array(columns.length),
): SparseColumns {
  const ends = new Uint32Array(width + 1);
  for (const column of columns) ends[column + 1]++;
  const occupied: number[] = [];
  for (let column = 0; column < width; column++) {
    if (ends[column + 1] > 0) occupied.push(column);
    ends[column + 1] += ends[column];
  }
  const filled = ends.slice(0, width);
  for (let unit = 0; unit < units; unit++) {
    for (let i = starts[unit]; i < starts[unit + 1]; i++) {
      const at = filled[columns[i]]++;
      row[at] = unit;
      value[at] = values[i];
    }
  }
  const begins = Uint32Array.from([...occupied.map((column) => ends[column]), columns.length]);
  return { occupied: Uint32Array.from(occupied), starts: begins, row, value };
}

/**
 * Adds Σ weight × row to `sums`, a column at a time. Four sums at once: one alone would wait for the
 * latency of every addition.
 */
export function addWeighted(columns: SparseColumns, weights: Float64Array, sums: Float64Array): void {
  const { occupied, starts, row, value } = columns;
  for (let column = 0; column < occupied.length; column++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = starts[column];
    const end = starts[column + 1];
    for (const last = end - 3; i < last; i += 4) {
      a += weights[row[i]] * value[i];
      b += weights[row[i + 1]] * value[i + 1];
      c += weights[row[i + 2]] * value[i + 2];
      d += weights[row[i + 3]] * value[i + 3];
    }
    for (; i < end; i++) a += weights[row[i]] * value[i];
    sums[occupied[column]] += a + b + (c + d);
  }
}

/** All sums when one unit of a row loses a share of its weight. Every call returns the same array, overwritten. */
export function sumsWithout({ rows, total }: DistinctRows, share: number): (row: number) => Float64Array {
  const { starts, columns, values } = rows;
  const sums = total.slice();
  let last = 0;
  return (row) => {
    for (let i = starts[last]; i < starts[last + 1]; i++) sums[columns[i]] = total[columns[i]];
    for (let i = starts[row]; i < starts[row + 1]; i++)
      sums[columns[i]] = total[columns[i]] - share * values[i];
    last = row;
    return sums;
  };
}
