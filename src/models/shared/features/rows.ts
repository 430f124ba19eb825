/** A sparse matrix by rows (CSR): row `i` has `columns[k]`, `values[k]` for `starts[i] <= k < starts[i + 1]`. */
export interface Rows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  /** Number of columns. */
  readonly width: number;
}

export const rowCount = (rows: Rows): number => rows.starts.length - 1;

export interface RowsBuilder {
  /** Adds an entry to the row being built; a column at most once per row. */
  add(column: number, value: number): void;
  endRow(): void;
  /** Ends the building: the memory is that of the rows now. */
  finish(width: number): Rows;
}

/** Builds rows one after another in arrays that grow. */
export function createRowsBuilder(expectedEntries = 1 << 12): RowsBuilder {
  let columns = new Int32Array(expectedEntries);
  let values = new Float64Array(expectedEntries);
  let length = 0;
  const starts: number[] = [0];
  return {
    add(column, value) {
      if (length === columns.length) {
        const moreColumns = new Int32Array(length * 2);
        moreColumns.set(columns);
        columns = moreColumns;
        const moreValues = new Float64Array(length * 2);
        moreValues.set(values);
        values = moreValues;
      }
      columns[length] = column;
      values[length++] = value;
    },
    endRow() {
      starts.push(length);
    },
    finish: (width) => ({
      starts: Int32Array.from(starts),
      columns: new Int32Array(columns.buffer.transfer(length * columns.BYTES_PER_ELEMENT)),
      values: new Float64Array(values.buffer.transfer(length * values.BYTES_PER_ELEMENT)),
      width,
    }),
  };
}

/** The named rows only, in that order. */
export function selectRows(rows: Rows, chosen: readonly number[]): Rows {
  const builder = createRowsBuilder();
  for (const row of chosen) {
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++)
      builder.add(rows.columns[k], rows.values[k]);
    builder.endRow();
  }
  return builder.finish(rows.width);
}

/** Scales every row to Euclidean length 1, in place; an empty row is unchanged. */
export function normalizeRows(rows: Rows): void {
  for (let row = 0; row < rowCount(rows); row++) {
    let sum = 0;
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) sum += rows.values[k] * rows.values[k];
    if (sum === 0) continue;
    const length = Math.sqrt(sum);
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) rows.values[k] /= length;
  }
}
