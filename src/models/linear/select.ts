import { createRowsBuilder, type Rows, rowCount } from '../shared/features/rows.ts';

/**
 * The chi-squared statistic of every column with the labels, as scikit-learn's `chi2` computes it: how far
 * the column's sum within each class is from what the class's share would give. Values must not be negative.
 * `targets`: `outputs` numbers per row; a single output is one of two classes.
 */
export function chiSquared(rows: Rows, targets: Float64Array, outputs: number): Float64Array {
  const { starts, columns, values, width } = rows;
  const classes = outputs === 1 ? 2 : outputs;
  const count = rowCount(rows);
  const share = new Float64Array(classes);
  const observed = new Float64Array(width * classes);
  const total = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < classes; c++) {
      const member = outputs === 1 ? (c === 1 ? targets[row] : 1 - targets[row]) : targets[row * outputs + c];
      if (member === 0) continue;
      share[c] += member / count;
      for (let k = starts[row]; k < starts[row + 1]; k++)
        observed[columns[k] * classes + c] += member * values[k];
    }
    for (let k = starts[row]; k < starts[row + 1]; k++) total[columns[k]] += values[k];
  }
  return total.map((sum, column) => {
    let statistic = 0;
    for (let c = 0; c < classes; c++) {
      const expected = share[c] * sum;
      if (expected > 0) statistic += (observed[column * classes + c] - expected) ** 2 / expected;
    }
    return statistic;
  });
}

/** The rows with only the `keep` columns of the largest statistic (of equal ones the first); columns keep their numbers. */
export function keepBest(rows: Rows, statistics: Float64Array, keep: number): Rows {
  if (keep >= rows.width) return rows;
  const order = Array.from(statistics, (_, column) => column).sort(
    (a, b) => statistics[b] - statistics[a] || a - b,
  );
  const kept = new Uint8Array(rows.width);
  for (const column of order.slice(0, keep)) kept[column] = 1;
  const builder = createRowsBuilder(rows.columns.length);
  for (let row = 0; row < rowCount(rows); row++) {
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) {
      if (kept[rows.columns[k]] === 1) builder.add(rows.columns[k], rows.values[k]);
    }
    builder.endRow();
  }
  return builder.finish(rows.width);
}
