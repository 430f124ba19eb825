/**
 * Compares pretraining on exported batches with PyTorch and accelerate (the script of `pretrain --export-batches`) with ours,
 * from the same weights: losses step by step, final weights, and an evaluation of the folder that PyTorch saved. PyTorch
 * trains twice: in one process, and in two with micro-batches, killed once with SIGKILL and restarted.
 *
 * Usage: npx node bench/pretraining/export.ts [--corpus ../shared/corpus] [--steps 200]
 * Uses the Python of bench/peers/setup.sh. Fails if a loss differs by 1e-4 or more.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { samplesDir } from '../../src/datasets/directory.ts';
import { loadFolder } from '../../src/encoders/folder/load.ts';
import { trainModel } from '../../src/encoders/training/trainer.ts';
import { exportBatches } from '../../src/pretraining/batch-export/export.ts';
import { buildCorpus } from '../../src/pretraining/corpus/build.ts';
import { evenSteps } from '../../src/pretraining/even-steps.ts';
import { createBatches } from '../../src/pretraining/masks/batch.ts';
import { openPretraining } from '../../src/pretraining/opened.ts';
import { objectiveOf } from '../../src/pretraining/train.ts';
import { PEER_PYTHON } from '../peer-python.ts';

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: '../shared/corpus' },
    steps: { type: 'string', default: '200' },
  },
});
const bin = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const LIMIT = 1e-4;
const CHECKPOINT_EVERY = 25;
const folder = mkdtempSync(join(tmpdir(), 'export-'));
const at = (...names: string[]): string => join(folder, ...names);
const steps = Number(values.steps);
const run = {
  data: {
    corpus: at('corpus'),
    vocabulary: { vocabSize: 4000 },
    batches: { maxLength: 64, batchSize: 16 },
    heldOut: 0.02,
  },
  shape: { layers: 2, hidden: 128, heads: 2, maxPositions: 64 },
  training: { steps, accumulate: 2, evaluateEvery: 100, evaluateSequences: 64 },
};

interface Line {
  readonly step: number;
  readonly loss?: number;
  readonly masked?: number;
  readonly next?: number;
  readonly norm?: number;
  readonly heldOut?: { readonly loss: number };
}

const linesOf = (file: string): Line[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];
const logOf = (name: string): string => at(name, 'pretraining', 'train.jsonl');

/** Fails at once, not after minutes, if the script cannot start. */
function requirePeers(): void {
  const { status } = spawnSync(PEER_PYTHON, ['-c', 'import accelerate, pyarrow, torch, transformers']);
  if (status !== 0)
    throw new Error(
      `${PEER_PYTHON} does not have accelerate, pyarrow, torch and transformers: run bench/peers/setup.sh`,
    );
}

/** As `pretrain`, but every step is logged. */
async function ours(): Promise<ReadonlyMap<string, Float32Array>> {
  const { data, start, settings } = await openPretraining({ ...run, hardware: { threads: 1 } });
  const { batches, train, tokenizer } = data;
  const { batch, stepsPerEpoch } = createBatches(train, tokenizer.vocabulary, batches);
  const source = evenSteps({
    ...settings,
    shape: { batch: batches.batchSize, length: batches.maxLength },
    batchesPerEpoch: stepsPerEpoch,
    batchAt: (index) => ({ given: batch(index) }),
  });
  const { weights } = await trainModel({
    model: {
      config: start.config,
      initial: start.tensors,
      isTrained: () => true,
      learningRate: () => settings.learningRate,
    },
    batches: { ...source, at: (position) => ({ ...source.at(position), endsEpoch: true }) },
    objective: objectiveOf({ start, batches }),
    settings,
    seed: batches.seed,
    fingerprint: 'bench',
    run: { directory: at('ours', 'pretraining') },
  });
  return weights;
}

const launch = (out: string, command: readonly string[], more: readonly string[]): ChildProcess =>
  spawn(
    PEER_PYTHON,
    [...command, at('batches', 'train.py'), '--out', at(out), '--log-every', '1', '--verify', ...more],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1', ACCELERATE_USE_CPU: 'true' },
      detached: true,
    },
  );
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

async function inOneProcess(): Promise<void> {
  if ((await ended(launch('one', [], []))) !== 0) throw new Error('train.py failed');
}

/** Killed once after its second checkpoint. */
async function inTwoProcesses(): Promise<number> {
  const command = [
    '-m',
    'accelerate.commands.launch',
    '--cpu',
    '--num_processes',
    '2',
    '--num_machines',
    '1',
  ];
  const options = ['--micro-batch', '5', '--checkpoint-every', String(CHECKPOINT_EVERY)];
  const start = (): ChildProcess => launch('two', command, options);
  const doomed = start();
  const over = ended(doomed);
  let killedAfter = 0;
  while (killedAfter < 2 * CHECKPOINT_EVERY + 5) {
    await delay(50);
    killedAfter = Math.max(0, ...linesOf(logOf('two')).map(({ step }) => step));
  }
  process.kill(-doomed.pid!, 'SIGKILL');
  await over;
  if ((await ended(start())) !== 0) throw new Error('train.py failed in two processes');
  return killedAfter;
}

/** The largest difference of each number of the log. */
function differences(name: string) {
  const [mine, theirs] = ['ours', name].map((log) =>
    linesOf(logOf(log)).filter(({ loss }) => loss !== undefined),
  );
  if (mine.length !== steps || theirs.length !== steps)
    throw new Error(`${name} logged ${theirs.length} steps`);
  const largest = (field: 'loss' | 'masked' | 'next' | 'norm'): number =>
    Math.max(...mine.map((line, i) => Math.abs(line[field]! - theirs[i][field]!)));
  return { loss: largest('loss'), masked: largest('masked'), next: largest('next'), norm: largest('norm') };
}

async function weightsApart(weights: ReadonlyMap<string, Float32Array>, name: string): Promise<number> {
  const { tensors } = await loadFolder(at(name));
  let largest = 0;
  for (const [parameter, data] of weights) {
    const other = tensors.get(parameter)!.data;
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i] - other[i]));
  }
  return largest;
}

try {
  requirePeers();
  await buildCorpus({
    ...{ inputs: [values.corpus], train: [], guarded: [], dataDir: samplesDir(), out: at('corpus') },
  });
  const began = performance.now();
  const { rows, files } = await exportBatches({ ...run, out: at('batches') });
  const exportSeconds = (performance.now() - began) / 1000;
  const bytes = files
    .filter(({ file }) => file.startsWith('batches'))
    .reduce((sum, one) => sum + one.bytes, 0);
  const weights = await ours();
  await inOneProcess();
  const killedAfter = await inTwoProcesses();
  const command = (...words: string[]): string =>
    execFileSync(process.execPath, [bin, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  command('model', 'import', at('one'), '--out', at('imported'));
  const evaluation = ['--task', 'cMedIC', '--data-dir', samplesDir(), '--runs-dir', at('runs'), '--json'];
  const [{ scores }] = JSON.parse(
    command('run', '--model', `bert:${at('imported')}`, '--param', 'epochs=1', ...evaluation),
  );
  const losses = linesOf(logOf('ours')).flatMap(({ loss }) => loss ?? []);
  const result = {
    date: new Date().toISOString(),
    cpu: cpus()[0].model,
    steps,
    rows,
    bytesPerRow: bytes / rows,
    exportSeconds,
    firstLoss: losses[0],
    lastLoss: losses.at(-1),
    oneProcess: { ...differences('one'), weights: await weightsApart(weights, 'one') },
    twoProcesses: { ...differences('two'), weights: await weightsApart(weights, 'two'), killedAfter },
    heldOut: linesOf(logOf('one')).flatMap(({ heldOut }) => heldOut?.loss ?? []),
    evaluated: scores.coverage,
  };
  console.log(result);
  const results = new URL('../results/', import.meta.url).pathname;
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'pretraining-export.json'), `${JSON.stringify(result, null, 2)}\n`);
  if (!(Math.max(result.oneProcess.loss, result.twoProcesses.loss) < LIMIT)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
