/**
 * Speed and memory of a training step vs. PyTorch + transformers, and vs. a bare ONNX Runtime MatMul of the same FLOPs.
 * The three run in separate processes and alternate step by step.
 *
 * Usage: npx node bench/bert/steps.ts [--rounds 7] [--threads 2] [--only small]
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { PEER_PYTHON } from '../peer-python.ts';
import { withEarlier, writeResult } from '../result.ts';
import { interleave, type Measured, median, start } from './contestants.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const ROUNDS = Number(values.rounds);
const sizes = (layers: number, hidden: number, heads: number) => ({
  vocab_size: 21128,
  hidden_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: hidden * 4,
});
const CASES = [
  { name: 'BERT-base 16 × 32', config: sizes(12, 768, 12), batch: 16, length: 32 },
  { name: 'BERT-base 16 × 128', config: sizes(12, 768, 12), batch: 16, length: 128 },
  { name: 'small 4 × 256, 32 × 64', config: sizes(4, 256, 4), batch: 32, length: 64 },
  { name: 'small 4 × 512, 32 × 32', config: sizes(4, 512, 8), batch: 32, length: 32 },
].filter(({ name }) => name.includes(values.only));

const rows = [];
for (const { name, config, batch, length } of CASES) {
  const shape = [JSON.stringify(config), String(batch), String(length), String(values.threads)];
  const here = (file: string): string => join(import.meta.dirname, file);
  const contestants = {
    chineseblue: await start(process.execPath, [here('ours.ts'), 'train', ...shape]),
    pytorch: await start(PEER_PYTHON, [here('../peers/bert_train.py'), ...shape]),
    matmul: await start(process.execPath, [here('ours.ts'), 'matmul', ...shape]),
  };
  const measured = await interleave(contestants, ROUNDS);
  const of = (who: string, field: keyof Measured): number => median(measured[who].map((one) => one[field]));
  rows.push({
    name,
    tokensPerSecond: (batch * length * 1000) / of('chineseblue', 'ms'),
    pytorchTokensPerSecond: (batch * length * 1000) / of('pytorch', 'ms'),
    speedAgainstPytorch: of('pytorch', 'ms') / of('chineseblue', 'ms'),
    cpuAgainstPytorch: of('pytorch', 'cpu') / of('chineseblue', 'cpu'),
    shareOfMatMul: of('matmul', 'ms') / of('chineseblue', 'ms'),
    cpuShareOfMatMul: of('matmul', 'cpu') / of('chineseblue', 'cpu'),
    peakMiB: of('chineseblue', 'rss'),
    pytorchPeakMiB: of('pytorch', 'rss'),
    measured,
  });
}

const table = new Table({
  head: [
    'step',
    'tokens/s',
    'PyTorch',
    'ratio',
    '(CPU time)',
    'of MatMul',
    '(CPU time)',
    'peak MiB',
    'PyTorch',
  ],
});
for (const row of rows) {
  table.push([
    row.name,
    row.tokensPerSecond.toFixed(0),
    row.pytorchTokensPerSecond.toFixed(0),
    row.speedAgainstPytorch.toFixed(2),
    row.cpuAgainstPytorch.toFixed(2),
    `${(row.shareOfMatMul * 100).toFixed(0)} %`,
    `${(row.cpuShareOfMatMul * 100).toFixed(0)} %`,
    row.peakMiB.toFixed(0),
    row.pytorchPeakMiB.toFixed(0),
  ]);
}
process.stdout.write(`${table}\n`);
await writeResult('bert-steps', {
  ...{ cpu: cpus()[0].model, threads: Number(values.threads), rounds: ROUNDS },
  rows: withEarlier('bert-steps', rows),
});
