/** The parts of a training step on one padded batch, with random weights. */
import { sizeOf } from '../../src/autograd/index.ts';
import type { EncoderConfig } from '../../src/encoders/architectures/architecture.ts';
import { architectureOf } from '../../src/encoders/architectures/registry.ts';
import { sequenceHead } from '../../src/encoders/heads/sequence.ts';
import { tokenHead } from '../../src/encoders/heads/tokens.ts';
import { adamw, gradientNorm } from '../../src/encoders/training/adamw.ts';
import { createMasks } from '../../src/encoders/training/dropout.ts';
import { createPool } from '../../src/encoders/training/kernels/pool.ts';
import { prepareParameters } from '../../src/encoders/training/parameters.ts';
import { compileStep } from '../../src/encoders/training/step.ts';
import { createRandom } from '../../src/ground/random.ts';

export interface StepCase {
  readonly config: EncoderConfig;
  readonly head: 'sequence' | 'tokens';
  readonly batch: number;
  readonly length: number;
  readonly threads: number;
  /** How many tokens of the vocabulary occur; by default all. */
  readonly distinct?: number;
  /** Prefix of the file for ONNX Runtime's profile. */
  readonly profile?: string;
}

const CLASSES = 2;
const TAGS = 9;

/** Compiles the step; each of the returned parts is called once per step, in this order. */
export async function prepareTraining({ config, head: kind, distinct, ...options }: StepCase) {
  const { batch, length, threads, profile } = options;
  const scheme = architectureOf(config).parameters;
  const tokens = batch * length;
  const classes = kind === 'tokens' ? TAGS : CLASSES;
  const head = { sequence: () => sequenceHead(config, classes), tokens: () => tokenHead(config, classes) };
  const { parameters, ...loss } = head[kind]();
  const shapes = new Map([...scheme.shapes(config), ...parameters]);
  const initial = new Map(scheme.initial(config, 1));
  for (const [name, shape] of parameters) initial.set(name, { shape, data: new Float32Array(sizeOf(shape)) });
  const model = { config, initial, isTrained: () => true, learningRate: () => 1e-5 };
  const { trained, weights } = prepareParameters(model, { sum: false, average: false });
  const step = await compileStep({
    ...{ config, batch, length, shapes, threads, profile },
    ...{ head: loss, dropout: true, trained: new Set(shapes.keys()) },
  });
  const masks = createMasks([step.sites], 1);
  const pool = createPool([masks.area, ...trained.map(({ value }) => value)], threads);
  const random = createRandom(1, 'ids');
  const rows = kind === 'tokens' ? tokens : batch;
  const feeds = {
    input_ids: BigInt64Array.from({ length: tokens }, () =>
      BigInt(random.below(distinct ?? config.vocabSize)),
    ),
    token_type_ids: new BigInt64Array(tokens),
    attention_mask: new BigInt64Array(tokens).fill(1n),
    targets: Float32Array.from({ length: rows * classes }, (_, i) => Number(i % classes === 1)),
    total: Float32Array.of(rows),
    ...weights,
  };
  const decay = (name: string): number => (scheme.decays(name) ? 0.01 : 0);
  let count = 0;
  let drawn = {};
  return {
    masks() {
      count++;
      drawn = masks.fill(step.sites, { stream: String(count), row: 0 }, pool);
    },
    async run(): Promise<number> {
      const { loss } = await step.run({ ...feeds, ...drawn }, trained);
      return Number(loss[0]);
    },
    optimizer() {
      const norm = gradientNorm(trained, pool);
      const scale = Math.min(1, 1 / (norm + 1e-6));
      adamw(trained, { step: count, scale, rate: () => 1e-5, decay }, pool);
    },
    release: step.release,
  };
}
