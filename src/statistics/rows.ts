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
  /** `size × width`, row-major. */
  readonly rows: Float64Array;
  /** Units per row. */
  readonly multiplicity: Int32Array;
  /** The row of every unit. */
  readonly rowOf: Int32Array;
  /** Sum over all units, `width`. */
  readonly total: Float64Array;
}

/** Collapses `counts` (units × width, row-major) into distinct rows. Rows are equal when all bits are. */
export function distinctRows(counts: Float64Array, width: number): DistinctRows {
  if (width < 1 || counts.length % width !== 0) {
    throw new RangeError(`${counts.length} counts are not whole rows of width ${width}`);
  }
  const units = counts.length / width;
  const found = collapse(counts, width, units);
  const order = Array.from(found.first.keys()).sort(
    (a, b) => found.multiplicity[b] - found.multiplicity[a] || a - b,
  );
  const size = order.length;
  const rows = new Float64Array(size * width);
  const multiplicity = new Int32Array(size);
  const place = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const source = found.first[order[i]] * width;
    rows.set(counts.subarray(source, source + width), i * width);
    multiplicity[i] = found.multiplicity[order[i]];
    place[order[i]] = i;
  }
  const total = new Float64Array(width);
  for (let i = 0; i < counts.length; i++) total[i % width] += counts[i];
  return { width, units, size, rows, multiplicity, rowOf: found.rowOf.map((row) => place[row]), total };
}

/** Open addressing over the bits of the rows: a million rows need no million strings. */
function collapse(counts: Float64Array, width: number, units: number) {
  let capacity = 16;
  while (capacity < units * 2) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const words = new Uint32Array(counts.buffer, counts.byteOffset, counts.length * 2);
  const stride = width * 2;
  const rowOf = new Int32Array(units);
  const first: number[] = [];
  const multiplicity: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    const start = unit * stride;
    let hash = 0x811c9dc5;
    for (let i = start; i < start + stride; i++) {
      hash = Math.imul(hash ^ words[i], 0x01000193);
      hash ^= hash >>> 15;
    }
    let slot = hash & (capacity - 1);
    while (slots[slot] >= 0 && !sameWords(words, first[slots[slot]] * stride, start, stride)) {
      slot = (slot + 1) & (capacity - 1);
    }
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

function sameWords(words: Uint32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/** The same rows column by column without their zeros, for sums under many weightings. */
export interface SparseColumns {
  /** Column `c` has its entries at `starts[c] .. starts[c + 1]`. */
  readonly starts: Int32Array;
  readonly row: Int32Array;
  readonly value: Float64Array;
}

/** `rows` is `size × width`, row-major. */
export function sparseColumns(rows: Float64Array, width: number): SparseColumns {
  const size = rows.length / width;
  const starts = new Int32Array(width + 1);
  const row: number[] = [];
  const value: number[] = [];
  for (let column = 0; column < width; column++) {
    for (let i = 0; i < size; i++) {
      if (rows[i * width + column] === 0) continue;
      row.push(i);
      value.push(rows[i * width + column]);
    }
    starts[column + 1] = row.length;
  }
  return { starts, row: Int32Array.from(row), value: Float64Array.from(value) };
}

/**
 * Adds Σ weight × row to `sums`, a column at a time. Four sums at once: one alone would wait for the
 * latency of every addition.
 */
export function addWeighted(columns: SparseColumns, weights: Float64Array, sums: Float64Array): void {
  const { starts, row, value } = columns;
  for (let column = 0; column < sums.length; column++) {
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
    sums[column] += a + b + (c + d);
  }
}
