/**
 * Builds a new cbert-tiny with one resumable command: a randomly initialized student of the same architecture, with the
 * vocabulary of --vocab, is distilled from the hidden states of a teacher on a corpus, then pretrained on masked tokens and
 * pairs to train its heads, and saved in fp16 at WORK/cbert-tiny. Then it and the shipped model are fine-tuned on every task
 * with the same recipes, samples and three seeds; the last line says whether the new one is better on every task. Scores go
 * to bench/results/pretraining-distilled.json, from which bench/pretraining/tables.ts updates docs/pretraining.md.
 *
 *   npx node bench/pretraining/distilled.ts --teacher cbert-small --vocab cbert-small --corpus corpus \
 *     --lexicon lexicon.tsv --phrases phrases.tsv --work WORK [--data DIR]
 *
 * On one core of an AMD EPYC: about an hour of distillation (--steps, of 8 × 128 tokens), 15 minutes of pretraining (--pretrain-steps),
 * and two to three hours of fine-tuning (48 runs; --tasks, --seeds and --jobs are those of compare.ts, --budget limits the
 * training tokens).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../src/encoders/architectures/registry.ts';
import { importModel } from '../../src/encoders/folder/import.ts';
import { initFolder } from '../../src/encoders/folder/init.ts';
import { createDirectory } from '../../src/ground/files.ts';
import { distilToFolder } from '../../src/pretraining/distillation/distil-folder.ts';
import { pretrainToFolder } from '../../src/pretraining/pretrain-folder.ts';

/** Between the rates for a pretrained encoder (5e-5 at any width) and random weights (5e-4): the heads are new. */
const PRETRAINING_RATE = 2e-4;

const { values } = parseArgs({
  options: {
    teacher: { type: 'string' },
    vocab: { type: 'string' },
    corpus: { type: 'string' },
    lexicon: { type: 'string' },
    phrases: { type: 'string' },
    work: { type: 'string' },
    data: { type: 'string' },
    steps: { type: 'string', default: '5000' },
    'pretrain-steps': { type: 'string', default: '2000' },
    'batch-size': { type: 'string', default: '8' },
    'max-length': { type: 'string', default: '128' },
    threads: { type: 'string', default: '1' },
    tasks: { type: 'string', default: 'all' },
    seeds: { type: 'string', default: '0,1,2' },
    jobs: { type: 'string', default: '1' },
    budget: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../results/pretraining-distilled.json') },
  },
});
const { teacher, vocab, corpus, lexicon, phrases, work } = values;
if (!teacher || !vocab || !corpus || !lexicon || !phrases || !work)
  throw new Error(
    '--teacher, --vocab, --corpus, --lexicon, --phrases and --work are needed: see the beginning of this file',
  );
await createDirectory(work);
const at = (name: string): string => join(resolve(work), name);
const batches = { batchSize: Number(values['batch-size']), maxLength: Number(values['max-length']) };
const hardware = { threads: Number(values.threads) };
const onProgress = (_share: number, { en }: { readonly en: string }) => process.stderr.write(`\r${en}   `);

/** Runs a stage whose folder is not finished. */
async function stage(name: string, run: (out: string) => Promise<unknown>): Promise<string> {
  const out = at(name);
  if (existsSync(join(out, 'config.json'))) return out;
  console.log(`${new Date().toISOString()} ${name} …`);
  await run(out);
  process.stderr.write('\n');
  return out;
}

const old = join(import.meta.dirname, '../../models/cbert-tiny');
const { layers, hiddenSize: hidden, heads, maxPositions: positions } = await readConfig(old);
const student = await stage('student', (out) =>
  initFolder({ layers, hidden, heads, positions, dropout: 0, vocab, seed: 0, out }),
);
const distilled = await stage('distilled', (out) =>
  distilToFolder(
    {
      ...{ corpus, teacher, student, out, batches, hardware },
      training: { steps: Number(values.steps) },
    },
    { onProgress, onScore: (step, cosine) => console.log(`\n${step}: mean cosine ${cosine.toFixed(4)}`) },
  ),
);
const pretrained = await stage('pretrained', async (out) => {
  const { scores } = await pretrainToFolder(
    {
      data: { corpus, masking: { lexicon: [lexicon], phrases }, batches },
      out,
      start: { init: distilled },
      training: { steps: Number(values['pretrain-steps']), learningRate: PRETRAINING_RATE },
      hardware,
    },
    { onProgress },
  );
  if (scores) console.log(`\nloss on held-out text ${scores.loss.toFixed(3)}`);
});
const tiny = await stage('cbert-tiny', (out) => importModel(pretrained, out, 'fp16'));

const compare = [
  ...[join(import.meta.dirname, 'compare.ts'), '--no-random', '--better', 'distilled'],
  ...['--models', `cbert-tiny=${old},distilled=${tiny}`, '--jobs', values.jobs],
  ...['--tasks', values.tasks, '--seeds', values.seeds, '--work', at('compare'), '--out', values.out],
  ...(values.budget ? ['--budget', values.budget] : []),
  ...(values.data ? ['--data', values.data] : []),
];
const { status } = spawnSync(process.execPath, compare, { stdio: 'inherit' });
process.exitCode = status ?? 1;
