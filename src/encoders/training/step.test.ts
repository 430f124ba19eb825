import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Tensors } from '../../autograd/index.ts';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import { sequenceHead } from '../heads/sequence.ts';
import { adamw, createTrained, gradientNorm } from './adamw.ts';
import { createMasks } from './dropout.ts';
import { createPool } from './kernels/pool.ts';
import { compileStep, compileSteps } from './step.ts';

type Packed = Record<string, string>;
/** Made by bench/peers/bert_step.py with PyTorch and transformers. */
const fixture = JSON.parse(readFileSync(new URL('./fixtures/step.json', import.meta.url), 'utf8'));
const unpack = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

const [batch, length] = fixture.shape as number[];
const config = parseConfig(JSON.stringify(fixture.config));
const head = sequenceHead(config, 3);
const { parameters: scheme } = architectureOf(config);
const shapes = new Map([...scheme.shapes(config), ...head.parameters]);
const integers = (list: number[]): BigInt64Array => BigInt64Array.from(list, BigInt);

function batchOf(): Tensors {
  const targets = new Float32Array(batch * 3);
  for (const [row, label] of (fixture.labels as number[]).entries()) targets[row * 3 + label] = 1;
  return {
    input_ids: integers(fixture.input_ids),
    token_type_ids: integers(fixture.token_type_ids),
    attention_mask: integers(fixture.attention_mask),
    targets,
    total: Float32Array.of(batch),
  };
}

/** Largest difference, relative to the largest number of the tensor. */
function difference(actual: ArrayLike<number>, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-30);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(actual[i] - value)), 0) / scale;
}

describe('one training step of BERT equals PyTorch and transformers', async () => {
  const trained = createTrained(shapes);
  for (const { name, value } of trained) value.data.set(unpack((fixture.before as Packed)[name]));
  const parameters = Object.fromEntries(trained.map(({ name, value }) => [name, value.data]));
  const trainedNames = new Set(shapes.keys());
  const step = await compileStep({
    config,
    head,
    batch,
    length,
    dropout: false,
    shapes,
    trained: trainedNames,
    threads: 1,
  });
  const feeds = { ...batchOf(), ...parameters };
  const pool = createPool(
    trained.map(({ value }) => value),
    1,
  );
  const update = (count: number): void =>
    adamw(
      trained,
      {
        step: count,
        rate: () => fixture.rate,
        decay: (name) => (scheme.decays(name) ? fixture.decay : 0),
      },
      pool,
    );

  const first = await step.run(feeds, trained, ['logits']);
  const gradients = Object.fromEntries(trained.map(({ name, gradient }) => [name, gradient.data.slice()]));
  const norm = gradientNorm(trained, pool);
  update(1);
  const after = Object.fromEntries(trained.map(({ name, value }) => [name, value.data.slice()]));
  const losses = [first.loss[0]];
  for (let count = 2; count <= fixture.losses.length; count++) {
    losses.push((await step.run(feeds, trained)).loss[0]);
    update(count);
  }

  it('in the loss of several steps and in the logits', () => {
    expect(difference(losses as number[], Float32Array.from(fixture.losses))).toBeLessThan(1e-4);
    expect(difference(first.logits as Float32Array, Float32Array.from(fixture.logits.flat()))).toBeLessThan(
      1e-4,
    );
  });

  it.each([...shapes.keys()])('%s: gradient, value after AdamW, value after more steps', (name) => {
    const expected = unpack((fixture.gradients as Packed)[name]);
    if (name.endsWith('key.bias')) {
      // softmax does not see a shift of all scores: this gradient is zero but for rounding, which AdamW blows up
      expect(Math.max(...gradients[name].map(Math.abs))).toBeLessThan(1e-5);
      return;
    }
    expect(difference(gradients[name], expected)).toBeLessThan(1e-4);
    expect(difference(after[name], unpack((fixture.after as Packed)[name]))).toBeLessThan(1e-4);
    const last = trained.find((parameter) => parameter.name === name)!.value.data;
    expect(difference(last, unpack((fixture.last as Packed)[name]))).toBeLessThan(1e-4);
  });

  it('in the norm of the whole gradient', () => {
    const sum = Object.values(fixture.gradients as Packed).reduce(
      (total, packed) => unpack(packed).reduce((partial, value) => partial + value * value, total),
      0,
    );
    expect(norm / Math.sqrt(sum)).toBeCloseTo(1, 5);
  });
});

describe('a head that reads [CLS] only', () => {
  /** Loss and gradients of one batch with dropout, the last layer computed for all tokens or for the first. */
  async function gradientsOf(firstOnly: boolean): Promise<{ loss: number; gradients: Float32Array[] }> {
    const dropping = { ...config, hiddenDropout: 0.2, attentionDropout: 0.3 };
    const trained = createTrained(shapes);
    for (const { name, value } of trained) value.data.set(unpack((fixture.before as Packed)[name]));
    const step = await compileStep({
      ...{ config: dropping, head: { ...head, firstOnly }, batch, length },
      ...{ dropout: true, shapes, trained: new Set(shapes.keys()), threads: 1 },
    });
    const masks = createMasks([step.sites], 3);
    const pool = createPool([masks.area, ...trained.map(({ value }) => value)], 1);
    const feeds = Object.fromEntries(trained.map(({ name, value }) => [name, value.data]));
    const drawn = masks.fill(step.sites, { stream: '1', row: 2 }, pool);
    const { loss } = await step.run({ ...batchOf(), ...feeds, ...drawn }, trained);
    return { loss: Number(loss[0]), gradients: trained.map(({ gradient }) => gradient.data.slice()) };
  }

  it('has the loss and the gradients of the full last layer, dropout included', async () => {
    const [full, first] = [await gradientsOf(false), await gradientsOf(true)];
    expect(first.loss).toBeCloseTo(full.loss, 6);
    for (const [i, name] of [...shapes.keys()].entries())
      if (!name.endsWith('key.bias'))
        expect(difference(first.gradients[i], full.gradients[i]), name).toBeLessThan(1e-5);
  });
});

it('has a step for a single sequence beside steps for several', async () => {
  const batches = [
    { batch: 1, length },
    { batch, length },
  ];
  const trained = new Set(shapes.keys());
  const steps = await compileSteps(batches, { config, head, dropout: true, shapes, trained, threads: 1 });
  expect(steps.map((step) => step.batch)).toEqual([1, batch]);
  await steps[0].release();
});
