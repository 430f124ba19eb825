import { createRowsBuilder, type Rows, rowCount } from '../features/rows.ts';

export interface MergedColumns {
  readonly merged: Rows;
  /** The merged column of every original one; -1 where it is empty. */
  readonly standIn: Int32Array;
  /** The factor by which every merged column is longer than the originals. */
  readonly stretch: Float64Array;
}

/**
 * Rows with the same products `XX'` in fewer columns. Text has many n-grams that occur in the same rows
 * with the same values: each such group becomes one column, scaled by the root of the group's size.
 */
export function mergeColumns(rows: Rows): MergedColumns {
  const { starts, columns, values, width } = rows;
  // Two independent sums over the entries of a column distinguish columns; where they agree, the entries decide.
  const sums = new Float64Array(width);
  const first = new Int32Array(width).fill(-1);
  const entries = new Int32Array(width);
  for (let row = 0; row < rowCount(rows); row++) {
    const sign = Math.imul(row + 1, 0x9e3779b1) / 2 ** 31;
    for (let k = starts[row]; k < starts[row + 1]; k++) {
      sums[columns[k]] += values[k] * sign;
      entries[columns[k]]++;
      if (first[columns[k]] < 0) first[columns[k]] = row;
    }
  }
  const groups = new Map<string, number>();
  const standIn = new Int32Array(width).fill(-1);
  const sizes: number[] = [];
  const leader: number[] = [];
  const same = columnComparer(rows, entries);
  for (let column = 0; column < width; column++) {
    if (entries[column] === 0) continue;
    const key = `${first[column]} ${entries[column]} ${sums[column]}`;
    const group = groups.get(key);
    if (group !== undefined && same(leader[group], column)) {
      standIn[column] = group;
      sizes[group]++;
    } else {
      groups.set(key, sizes.length);
      standIn[column] = sizes.length;
      leader.push(column);
      sizes.push(1);
    }
  }
  const roots = Float64Array.from(sizes, Math.sqrt);
  const builder = createRowsBuilder(columns.length);
  for (let row = 0; row < rowCount(rows); row++) {
    for (let k = starts[row]; k < starts[row + 1]; k++) {
      const group = standIn[columns[k]];
      if (leader[group] === columns[k]) builder.add(group, values[k] * roots[group]);
    }
    builder.endRow();
  }
  return { merged: builder.finish(sizes.length), standIn, stretch: roots };
}

/** Whether two columns have the same rows and values. */
function columnComparer(rows: Rows, entries: Int32Array): (a: number, b: number) => boolean {
  const ends = new Int32Array(rows.width);
  let end = 0;
  for (let column = 0; column < rows.width; column++) {
    ends[column] = end;
    end += entries[column];
  }
  const rowOf = new Int32Array(end);
  const entryOf = new Float64Array(end);
  for (let row = 0; row < rowCount(rows); row++) {
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) {
      const at = ends[rows.columns[k]]++;
      rowOf[at] = row;
      entryOf[at] = rows.values[k];
    }
  }
  return (a, b) => {
    if (entries[a] !== entries[b]) return false;
    for (let i = 1; i <= entries[a]; i++) {
      if (rowOf[ends[a] - i] !== rowOf[ends[b] - i] || entryOf[ends[a] - i] !== entryOf[ends[b] - i])
        return false;
    }
    return true;
  };
}

/** `sums = X'A`: `a` is rows x outputs, `sums` columns x outputs. */
export function transposedTimes(rows: Rows, outputs: number, a: Float64Array, sums: Float64Array): void {
  const { starts, columns, values } = rows;
  const count = starts.length - 1;
  sums.fill(0);
  for (let row = 0; row < count; row++) {
    const from = row * outputs;
    const end = starts[row + 1];
    for (let k = starts[row]; k < end; k++) {
      const value = values[k];
      const to = columns[k] * outputs;
      for (let j = 0; j < outputs; j++) sums[to + j] += value * a[from + j];
    }
  }
}

/** `product = XW`: `weights` is columns x outputs, `product` rows x outputs. */
export function times(
  rows: Rows,
  outputs: number,
  weights: Float64Array | Float32Array,
  product: Float64Array,
): void {
  const { starts, columns, values } = rows;
  const count = starts.length - 1;
  const line = new Float64Array(outputs);
  for (let row = 0; row < count; row++) {
    line.fill(0);
    const end = starts[row + 1];
    for (let k = starts[row]; k < end; k++) {
      const value = values[k];
      const from = columns[k] * outputs;
      for (let j = 0; j < outputs; j++) line[j] += value * weights[from + j];
    }
    product.set(line, row * outputs);
  }
}
