import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SparseCounts } from './counts.ts';
import { addWeighted, distinctRows, sparseColumns } from './rows.ts';

const matrix = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 }))
  .map(([width, cells]) => ({
    width,
    counts: Float64Array.from(cells.slice(0, cells.length - (cells.length % width))),
  }));

function dense({ width, starts, columns, values }: SparseCounts, unit: number): Float64Array {
  const row = new Float64Array(width);
  for (let i = starts[unit]; i < starts[unit + 1]; i++) row[columns[i]] = values[i];
  return row;
}

it('maps every unit to its row; rows are distinct and common ones come first', () => {
  fc.assert(
    fc.property(matrix, ({ width, counts }) => {
      const table = distinctRows(counts, width);
      const seen = new Map<string, number>();
      for (let unit = 0; unit < table.units; unit++) {
        const own = counts.slice(unit * width, (unit + 1) * width).join();
        const row = table.rowOf[unit];
        expect(dense(table.rows, row).join()).toBe(own);
        seen.set(own, (seen.get(own) ?? 0) + 1);
      }
      expect(table.size).toBe(seen.size);
      expect([...table.multiplicity]).toEqual([...seen.values()].sort((a, b) => b - a));
    }),
  );
});

it('sums under weights equal the plain sums', () => {
  fc.assert(
    fc.property(matrix, ({ width, counts }) => {
      const table = distinctRows(counts, width);
      const sums = new Float64Array(width);
      addWeighted(sparseColumns(table.rows), Float64Array.from(table.multiplicity), sums);
      expect([...sums]).toEqual([...table.total]);
    }),
  );
});

it('refuses counts that are not whole rows', () => {
  expect(() => distinctRows(new Float64Array(5), 2)).toThrow('whole rows');
});
