import { expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { indexVectors } from './search.ts';

it('finds what comparing every vector finds', async () => {
  const random = createRandom(6, 'vectors');
  const vectors = (count: number): Float32Array[] =>
    Array.from({ length: count }, () => Float32Array.from({ length: 4 }, () => random.below(7) - 3));
  const [documents, queries] = [[...vectors(70), new Float32Array(4)], vectors(40)];
  const cosine = (a: Float32Array, b: Float32Array): number => {
    const length = Math.hypot(...a) * Math.hypot(...b);
    return length === 0 ? 0 : a.reduce((sum, value, i) => sum + value * b[i], 0) / length;
  };
  const index = await indexVectors(documents, 4, 1);
  for (const [i, hits] of (await index.search(queries, 5)).entries()) {
    const all = documents.map((document) => cosine(queries[i], document)).sort((a, b) => b - a);
    expect(hits.length).toBe(5);
    for (const [place, { document, score }] of hits.entries()) {
      expect(score).toBeCloseTo(all[place], 5);
      expect(score).toBeCloseTo(cosine(queries[i], documents[document]), 5);
    }
  }
});
