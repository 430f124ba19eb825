import { expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { createRowsBuilder, type Rows } from '../shared/features/rows.ts';
import { contributions, embeddingProbabilities, trainEmbeddings } from './embeddings.ts';

const yieldNow = (): undefined => undefined;

/** Rows of three columns of noise and one that determines the class. */
function material(count: number, classes: number): { rows: Rows; targets: Float64Array } {
  const random = createRandom(9);
  const builder = createRowsBuilder();
  const targets = new Float64Array(count * classes);
  for (let row = 0; row < count; row++) {
    const one = row % classes;
    for (const column of new Set([
      random.below(20),
      20 + random.below(20),
      40 + random.below(20),
      60 + one,
    ])) {
      builder.add(column, 1);
    }
    builder.endRow();
    targets[row * classes + one] = 1;
  }
  return { rows: builder.finish(60 + classes), targets };
}

const settings = { dim: 8, epochs: 12, learningRate: 0.5, yieldNow };

it.each(['softmax', 'sigmoid'] as const)('learns which feature determines the class (%s)', async (link) => {
  const { rows, targets } = material(300, 3);
  const model = await trainEmbeddings({ ...settings, rows, targets, outputs: 3, link, seed: 1 });
  const found = embeddingProbabilities(model, rows);
  for (let row = 0; row < 300; row++) {
    const line = [...found.subarray(3 * row, 3 * row + 3)];
    expect(line.indexOf(Math.max(...line))).toBe(row % 3);
    if (link === 'softmax') expect(line.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  }
  const pushes = contributions(model, rows, 0, 0);
  expect(pushes.indexOf(Math.max(...pushes))).toBe(pushes.length - 1);
});

it('follows its seed to the bit', async () => {
  const { rows, targets } = material(60, 2);
  const train = async (seed: number) => {
    const model = await trainEmbeddings({ ...settings, rows, targets, outputs: 2, link: 'softmax', seed });
    return model.vectors;
  };
  expect(await train(1)).toEqual(await train(1));
  expect(await train(1)).not.toEqual(await train(2));
});

it('reports its progress and stops when its yielder throws', async () => {
  const { rows, targets } = material(300, 2);
  const shares: number[] = [];
  const stopped = trainEmbeddings({
    ...settings,
    rows,
    targets,
    outputs: 2,
    link: 'softmax',
    seed: 1,
    onProgress: (share) => shares.push(share),
    yieldNow: () => {
      if (shares.length === 4) throw new Error('enough');
      return undefined;
    },
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(shares).toHaveLength(4);
  expect(shares[3]).toBeGreaterThan(shares[0]);
});
