/**
 * Speed and memory of a pretraining step, including building the masked batch, vs. PyTorch + transformers, which scores
 * every token against the full vocabulary. The two run in separate processes and alternate step by step.
 *
 * Usage: npx node bench/pretraining/steps.ts [--rounds 7] [--threads 2] [--only '4 × 256']
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { architectureOf, parseConfig } from '../../src/encoders/architectures/registry.ts';
import { createVocabulary } from '../../src/encoders/tokenizers/vocabulary.ts';
import { adamw, createTrained, gradientNorm } from '../../src/encoders/training/adamw.ts';
import { createMasks } from '../../src/encoders/training/dropout.ts';
import { createPool } from '../../src/encoders/training/kernels/pool.ts';
import { compileStep } from '../../src/encoders/training/step.ts';
import { createRandom } from '../../src/ground/random.ts';
import { createBatches } from '../../src/pretraining/masks/batch.ts';
import { mostMasked } from '../../src/pretraining/masks/masking.ts';
import { pretrainingFeeds, pretrainingHead } from '../../src/pretraining/objective/head.ts';
import { startFrom } from '../../src/pretraining/start.ts';
import { median } from '../median.ts';
import { PEER_PYTHON } from '../peer-python.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    child: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const sizes = (layers: number, hidden: number, heads: number, vocabulary: number) => ({
  vocab_size: vocabulary,
  hidden_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: hidden * 4,
});
const CASES = [
  { name: 'small 4 × 256, 32 × 128', config: sizes(4, 256, 4, 8000), batch: 32, length: 128 },
  { name: 'BERT-base 8 × 128', config: sizes(12, 768, 12, 21128), batch: 8, length: 128 },
].filter(({ name }) => name.includes(values.only));

/** One step for every line on stdin, as the Python peer does. */
async function ours({ config: json, batch, length }: (typeof CASES)[number]): Promise<void> {
  const threads = Number(values.threads);
  const parsed = parseConfig(JSON.stringify(json));
  const { config, tensors } = startFrom(
    { config: parsed, tensors: architectureOf(parsed).parameters.initial(parsed, 1) },
    1,
  );
  const random = createRandom(1, 'text');
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const words = Array.from({ length: config.vocabSize - special.length }, (_, i) => `w${i}`);
  const vocabulary = createVocabulary([...special, ...words]);
  // documents of many full sentences: there is no padding, as in the peer
  const [documents, sentences, each] = [40, 20, length];
  const text = {
    tokens: Uint16Array.from({ length: documents * sentences * each }, () => 5 + random.below(words.length)),
    marks: new Uint8Array(documents * sentences * each),
    sentenceStarts: Int32Array.from({ length: documents * sentences + 1 }, (_, i) => i * each),
    documentStarts: Int32Array.from({ length: documents + 1 }, (_, i) => i * sentences),
  };
  const batches = { maxLength: length, batchSize: batch, nextSentence: true, seed: 1 };
  const { batch: batchOf } = createBatches(text, vocabulary, batches);
  const shapes = new Map(Array.from(tensors, ([name, { shape }]) => [name, shape]));
  const trained = createTrained(shapes);
  for (const { name, value } of trained) value.data.set(tensors.get(name)!.data);
  const head = pretrainingHead(config, { places: batch * mostMasked(length), nextSentence: true });
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
  const weights = Object.fromEntries(trained.map(({ name, value }) => [name, value.data]));
  let count = 0;
  process.stdout.write('ready\n');
  for await (const _line of createInterface({ input: process.stdin })) {
    const used = process.cpuUsage();
    const start = performance.now();
    const given = batchOf(count++);
    const feeds = {
      ...weights,
      ...pretrainingFeeds(given),
      ...masks.fill(step.sites, { stream: String(count), row: 0 }, pool),
    };
    const { loss } = await step.run(feeds, trained);
    const scale = Math.min(1, 1 / gradientNorm(trained, pool));
    const decay = (name: string): number => (architectureOf(config).parameters.decays(name) ? 0.01 : 0);
    adamw(trained, { step: count, scale, rate: () => 1e-5, decay }, pool);
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    const rss = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(`${JSON.stringify({ ms, cpu: (user + system) / 1000, value: loss[0], rss })}\n`);
  }
}

interface Measured {
  readonly ms: number;
  readonly cpu: number;
  readonly rss: number;
}

async function start(command: string, parameters: readonly string[]) {
  const child: ChildProcess = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  if ((await lines.next()).value !== 'ready') throw new Error(`${command} ${parameters[0]} did not start`);
  return {
    async step(): Promise<Measured> {
      child.stdin!.write('\n');
      return JSON.parse(String((await lines.next()).value));
    },
    end(): Promise<void> {
      child.stdin!.end();
      return closed;
    },
  };
}

async function compareAll(): Promise<void> {
  const rows = [];
  for (const { name, config, batch, length } of CASES) {
    const shape = [JSON.stringify(config), String(batch), String(length), values.threads];
    const own = [import.meta.filename, '--child', name, '--threads', values.threads];
    const contestants = {
      chineseblue: await start(process.execPath, own),
      pytorch: await start(PEER_PYTHON, [join(import.meta.dirname, '../peers/bert_pretrain.py'), ...shape]),
    };
    const measured: Record<string, Measured[]> = { chineseblue: [], pytorch: [] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const [who, child] of Object.entries(contestants)) {
        const result = await child.step();
        if (round >= 0) measured[who].push(result);
      }
    }
    for (const child of Object.values(contestants)) await child.end();
    const of = (who: string, field: keyof Measured): number => median(measured[who].map((one) => one[field]));
    const perSecond = (who: string): number => (batch * length * 1000) / of(who, 'ms');
    rows.push({
      name,
      tokensPerSecond: perSecond('chineseblue'),
      pytorchTokensPerSecond: perSecond('pytorch'),
      speedAgainstPytorch: of('pytorch', 'ms') / of('chineseblue', 'ms'),
      cpuMs: of('chineseblue', 'cpu'),
      pytorchCpuMs: of('pytorch', 'cpu'),
      cpuAgainstPytorch: of('pytorch', 'cpu') / of('chineseblue', 'cpu'),
      peakMiB: of('chineseblue', 'rss'),
      pytorchPeakMiB: of('pytorch', 'rss'),
      measured,
    });
  }
  const table = new Table({
    head: ['step', 'tokens/s', 'PyTorch', 'ratio', 'CPU ms', 'PyTorch', 'ratio', 'peak MiB', 'PyTorch'],
  });
  for (const row of rows) {
    const figures = [
      row.tokensPerSecond.toFixed(0),
      row.pytorchTokensPerSecond.toFixed(0),
      row.speedAgainstPytorch.toFixed(2),
      row.cpuMs.toFixed(0),
      row.pytorchCpuMs.toFixed(0),
      row.cpuAgainstPytorch.toFixed(2),
      row.peakMiB.toFixed(0),
      row.pytorchPeakMiB.toFixed(0),
    ];
    table.push([row.name, ...figures]);
  }
  process.stdout.write(`${table}\n`);
  const results = join(import.meta.dirname, '../results');
  mkdirSync(results, { recursive: true });
  const about = {
    date: new Date().toISOString(),
    cpu: cpus()[0].model,
    threads: Number(values.threads),
    rounds: ROUNDS,
  };
  writeFileSync(join(results, 'pretraining-steps.json'), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
}

const child = CASES.find(({ name }) => name === values.child);
await (child ? ours(child) : compareAll());
