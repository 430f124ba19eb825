import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPeer, unpack } from '../architectures/fixtures/peer.ts';
import type { Pooling } from './parameters.ts';
import { openPooled } from './pooled.ts';
import { poolingHead } from './pooling.ts';
import type { Sequence } from './sequences.ts';

const architectures = new URL('../architectures/', import.meta.url);
const files = readdirSync(architectures, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.peer.json'))
  .sort();

describe.each(files)('%s: vectors', async (name) => {
  const { fixture, config, weights, sequences } = readPeer(new URL(name, architectures));
  const encode = async (given: readonly Sequence[], poolings: readonly Pooling[], mostTokens?: number) => {
    const vectors = new Array<Float32Array>(given.length);
    const pooled = await openPooled(config, weights, { threads: 1 }, mostTokens);
    const onAnswer = (i: number, vector: Float32Array): void => {
      vectors[i] = vector;
    };
    await pooled(given, { poolings, skip: 0, onAnswer });
    return vectors;
  };

  it.each<[Pooling[]]>([[['cls']], [['cls', 'mean']]])(
    'of %s are those of transformers',
    async (poolings) => {
      const [, length] = fixture.shape;
      const hidden = unpack(fixture.hidden);
      const { read } = poolingHead(config.hiddenSize, [...poolings, 'max'], 0);
      for (const [row, vector] of (await encode(sequences, poolings)).entries()) {
        const whole = read({ hidden }, row, sequences[row].ids.length, { batch: fixture.shape[0], length });
        const expected = whole.subarray(0, vector.length);
        const scale = Math.max(...expected.map(Math.abs));
        for (const [i, value] of vector.entries())
          expect(Math.abs(value - expected[i]) / scale, `${row} ${i}`).toBeLessThan(1e-5);
      }
    },
  );

  it('have the same bits alone, among others, and in several windows', async () => {
    const many = [...sequences, ...sequences.toReversed(), ...sequences];
    for (const mostTokens of [undefined, 8]) {
      const together = await encode(many, ['cls'], mostTokens);
      for (const [i, sequence] of sequences.entries())
        expect(together[i]).toEqual((await encode([sequence], ['cls']))[0]);
    }
  });
});
