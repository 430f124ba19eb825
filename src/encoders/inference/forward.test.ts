import { describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import type { Head } from '../heads/head.ts';
import { tokenHead } from '../heads/tokens.ts';
import { createForward } from './forward.ts';
import type { Sequence } from './sequences.ts';

const sizes = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 1, intermediate_size: 8 };
const config = parseConfig(JSON.stringify({ vocab_size: 20, max_position_embeddings: 64, ...sizes }));
const plain: Head<Float32Array> = tokenHead(config, 3);
const tensors = new Map(architectureOf(config).parameters.initial(config, 3));
for (const [name, shape] of plain.parameters) {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.1);
  tensors.set(name, { shape, data });
}
// one bucket of lengths each
const sequences: Sequence[] = [10, 40, 11, 60, 41].map((length) => ({
  ids: Int32Array.from({ length }, (_, i) => i % 20),
  types: new Int32Array(length),
}));

describe('forward', () => {
  it('reports answers batch by batch, and skips batches that are not needed', async () => {
    const read: number[] = [];
    const head: typeof plain = {
      ...plain,
      read(outputs, row, tokens, shape) {
        read.push(tokens);
        return plain.read(outputs, row, tokens, shape);
      },
    };
    const forward = createForward(head, {
      config,
      threads: 1,
      shapes: new Map(Array.from(tensors, ([name, { shape }]) => [name, shape])),
      weights: Object.fromEntries(Array.from(tensors, ([name, { data }]) => [name, data])),
    });
    const reported: number[] = [];
    const all = await forward(sequences, { onAnswer: (index) => reported.push(index) });
    expect(reported).toEqual([0, 2, 1, 4, 3]);
    read.length = 0;
    const some = await forward(sequences, { skip: (index) => index !== 4 });
    // the fifth shares its batch with the second
    expect(read).toEqual([40, 41]);
    expect(some[4]).toEqual(all[4]);
    expect(some[0]).toBeUndefined();
  });
});
