/** Child of steps.ts: trains on one padded batch, one step for every line on stdin, and prints what it took. */
import { compile, input, matmul } from '../../src/autograd/index.ts';
import { architectureOf, parseConfig } from '../../src/encoders/architectures/registry.ts';
import { sequenceHead } from '../../src/encoders/heads/sequence.ts';
import { adamw, createTrained } from '../../src/encoders/training/adamw.ts';
import { createMasks } from '../../src/encoders/training/dropout.ts';
import { createPool } from '../../src/encoders/training/kernels/pool.ts';
import { compileStep } from '../../src/encoders/training/step.ts';
import { createRandom } from '../../src/ground/random.ts';
import { serve } from './contestants.ts';

const [mode, json, batchText, lengthText, threadsText] = process.argv.slice(2);
const config = parseConfig(json);
const [batch, length, threads] = [batchText, lengthText, threadsText].map(Number);

const scheme = architectureOf(config).parameters;

async function training(): Promise<() => Promise<number>> {
  const head = sequenceHead(config, 2);
  const shapes = new Map([...scheme.shapes(config), ...head.parameters]);
  const trained = createTrained(shapes);
  const initial = scheme.initial(config, 1);
  for (const { name, value } of trained) if (initial.has(name)) value.data.set(initial.get(name)!.data);
  const names = new Set(shapes.keys());
  const step = await compileStep({
    config,
    head,
    batch,
    length,
    dropout: true,
    shapes,
    trained: names,
    threads,
  });
  const masks = createMasks([step.sites], 1);
  const pool = createPool([masks.area, ...trained.map(({ value }) => value)], threads);
  const random = createRandom(1, 'ids');
  const tokens = batch * length;
  const feeds = {
    input_ids: BigInt64Array.from({ length: tokens }, () => BigInt(random.below(config.vocabSize))),
    token_type_ids: new BigInt64Array(tokens),
    attention_mask: new BigInt64Array(tokens).fill(1n),
    targets: Float32Array.from({ length: batch * 2 }, (_, i) => i % 2),
    total: Float32Array.of(batch),
    ...Object.fromEntries(trained.map(({ name, value }) => [name, value.data])),
  };
  let count = 0;
  return async () => {
    count++;
    const { loss } = await step.run(
      { ...feeds, ...masks.fill(step.sites, { stream: String(count), row: 0 }, pool) },
      trained,
    );
    const decay = (name: string): number => (scheme.decays(name) ? 0.01 : 0);
    adamw(trained, { step: count, rate: () => 1e-5, decay }, pool);
    return Number(loss[0]);
  };
}

/** Bare products of the size of a feed-forward block, up and down again, as often as gives the same FLOPs. */
async function multiplication(): Promise<() => Promise<number>> {
  const { layers, hiddenSize: hidden } = config;
  const inner = 4 * hidden;
  const rows = batch * length;
  const flops = 3 * 2 * rows * layers * (4 * hidden * hidden + 2 * hidden * inner + 2 * length * hidden);
  const pairs = Math.round(flops / (4 * rows * hidden * inner));
  const [up, down] = [input('up', [hidden, inner]), input('down', [inner, hidden])];
  let x = input('x', [rows, hidden]);
  for (let i = 0; i < pairs; i++) x = matmul(matmul(x, up), down);
  const program = await compile({ y: x }, { threads });
  const small = (size: number): Float32Array => new Float32Array(size).fill(1 / hidden);
  const feeds = { x: small(rows * hidden), up: small(hidden * inner), down: small(inner * hidden) };
  const into = { y: new Float32Array(rows * hidden) };
  return async () => {
    await program.run(feeds, { into });
    return into.y[0];
  };
}

const work = await (mode === 'train' ? training() : multiplication());
await serve(work);
