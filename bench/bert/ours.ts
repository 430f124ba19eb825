/** Child of steps.ts: trains on one padded batch, one step per line on stdin, and prints its resource use. */
import { compile, input, matmul } from '../../src/autograd/index.ts';
import { parseConfig } from '../../src/encoders/architectures/registry.ts';
import { serve } from './contestants.ts';
import { prepareTraining } from './training.ts';

const [mode, json, batchText, lengthText, threadsText] = process.argv.slice(2);
const config = parseConfig(json);
const [batch, length, threads] = [batchText, lengthText, threadsText].map(Number);

async function training(): Promise<() => Promise<number>> {
  const step = await prepareTraining({ config, head: 'sequence', batch, length, threads });
  return async () => {
    step.masks();
    const loss = await step.run();
    step.optimizer();
    return loss;
  };
}

/** Bare matrix products of the size of a feed-forward block, repeated to match the FLOPs of our step. */
async function multiplication(): Promise<() => Promise<number>> {
  const { layers, hiddenSize: hidden } = config;
  const inner = 4 * hidden;
  const rows = batch * length;
  const ofToken = 4 * hidden * hidden + 2 * hidden * inner + 2 * length * hidden;
  // the last layer has keys and values of all tokens, and everything else only for [CLS]
  const ofLast = 2 * hidden * hidden + (2 * hidden * hidden + 2 * hidden * inner) / length + 2 * hidden;
  const flops = 3 * 2 * rows * ((layers - 1) * ofToken + ofLast);
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
