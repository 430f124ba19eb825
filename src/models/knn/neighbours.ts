import { type Rows, rowCount } from '../shared/features/rows.ts';

export interface Neighbour {
  readonly row: number;
  /** Inner product of the two rows: their cosine where both have length 1. */
  readonly similarity: number;
}

/**
 * Finds the `most` rows with the largest inner product with another row, nearest first, of equal ones the
 * earlier; rows that share no column are never found. Exact: adds up inverted lists. Not reentrant.
 */
export function createNeighbourSearch(
  rows: Rows,
): (query: Rows, queryRow: number, most: number) => Neighbour[] {
  const count = rowCount(rows);
  const starts = new Int32Array(rows.width + 1);
  for (const column of rows.columns) starts[column + 1]++;
  for (let column = 0; column < rows.width; column++) starts[column + 1] += starts[column];
  const next = starts.slice();
  const holders = new Int32Array(rows.columns.length);
  const values = new Float64Array(rows.columns.length);
  for (let row = 0; row < count; row++) {
    for (let k = rows.starts[row]; k < rows.starts[row + 1]; k++) {
      const place = next[rows.columns[k]]++;
      holders[place] = row;
      values[place] = rows.values[k];
    }
  }
  const sums = new Float64Array(count);
  return (query, queryRow, most) => {
    sums.fill(0);
    for (let k = query.starts[queryRow]; k < query.starts[queryRow + 1]; k++) {
      const value = query.values[k];
      const end = starts[query.columns[k] + 1];
      for (let at = starts[query.columns[k]]; at < end; at++) sums[holders[at]] += value * values[at];
    }
    const best: Neighbour[] = [];
    for (let row = 0; row < count; row++) {
      const similarity = sums[row];
      if (similarity <= 0 || (best.length === most && similarity <= best[most - 1].similarity)) continue;
      let place = best.length;
      while (place > 0 && best[place - 1].similarity < similarity) place--;
      best.splice(place, 0, { row, similarity });
      if (best.length > most) best.pop();
    }
    return best;
  };
}
