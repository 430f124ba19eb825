import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { createRowsBuilder } from '../features/rows.ts';
import { denseProbabilities, openDenseSolver } from './dense.ts';
import { fitLogistic, probabilities } from './logistic.ts';

const [COUNT, WIDTH] = [60, 5];

function standardised(values: Float32Array): Float32Array {
  const columns = Array.from({ length: WIDTH }, (_, column) =>
    Array.from({ length: COUNT }, (_row, row) => values[row * WIDTH + column]),
  );
  const scaled = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / COUNT;
    const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT);
    return column.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
  });
  return Float32Array.from({ length: COUNT * WIDTH }, (_, i) => scaled[i % WIDTH][Math.floor(i / WIDTH)]);
}

describe('dense logistic regression', () => {
  it.each([
    ['softmax', 3],
    ['sigmoid', 1],
    ['sigmoid', 2],
  ] as const)(
    'finds what the sparse one finds on standardised rows: %s, %i outputs',
    async (link, outputs) => {
      const random = createRandom(4, link);
      // columns of other scales, and one of equal numbers
      const values = Float32Array.from({ length: COUNT * WIDTH }, (_, i) =>
        i % WIDTH === 4 ? 7 : (random.next() - 0.3) * 10 ** ((i % WIDTH) - 2),
      );
      const targets = new Float64Array(COUNT * outputs);
      for (let row = 0; row < COUNT; row++)
        for (let k = 0; k < outputs; k++)
          if (link === 'softmax' ? random.below(3) === 0 && k < 2 : values[row * WIDTH + k] > 0)
            targets[row * outputs + k] = 1;
      if (link === 'softmax')
        for (let row = 0; row < COUNT; row++) {
          const own = targets.subarray(row * 3, row * 3 + 3);
          const chosen = Math.max(0, own.indexOf(1));
          own.fill(0);
          own[chosen] = 1;
        }
      const solver = await openDenseSolver({ values, width: WIDTH, outputs, link, targets, threads: 1 });
      const weak = await solver.fit({ c: 0.01 });
      const model = await solver.fit({ c: 0.5, start: weak });
      await solver.release();
      const rows = createRowsBuilder();
      for (const [i, value] of standardised(values).entries()) {
        rows.add(i % WIDTH, value);
        if (i % WIDTH === WIDTH - 1) rows.endRow();
      }
      const sparse = rows.finish(WIDTH);
      const { model: expected } = await fitLogistic({
        rows: sparse,
        outputs,
        link,
        targets,
        c: 0.5,
        tolerance: 1e-7,
      });
      const [found, right] = [denseProbabilities(model, values), probabilities(expected, sparse)];
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(right[i], 3);
      expect(model.weights).not.toEqual(weak.weights);
    },
  );
});
