/**
 * The paper's ablation from a pretrained encoder, as one resumable command: pretrains it further with entity and span masking,
 * with only one of them, and with neither, each for the same number of steps on the same corpus with the same seed; then
 * fine-tunes these four and the encoder itself on two tasks with three seeds, with the family defaults within a budget of
 * training tokens, on the same samples. A finished arm is a folder in WORK. Accuracy on held-out text goes to
 * bench/results/pretraining-ablation-arms.json and scores to pretraining-ablation-encoder.json; bench/pretraining/tables.ts
 * copies both to docs/pretraining.md.
 *
 *   npx node bench/pretraining/ablation.ts --init bge-trimmed --corpus corpus --lexicon lexicon.tsv --phrases phrases.tsv \
 *     --work WORK [--data DIR]
 *
 * For bge-small-zh-v1.5 on one core of an AMD EPYC: four arms of half an hour (1 440 steps of 8 × 128 tokens), 30 fine-tuning runs
 * of 200 000 tokens, about four minutes each; four hours in total. --arm NAME pretrains one arm only. --steps, --batch-size,
 * --max-length and --learning-rate are those of `chineseblue pretrain`; --budget, --seeds, --tasks and --jobs of compare.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findFolder } from '../../src/encoders/folder/find.ts';
import { createDirectory, writeJson } from '../../src/ground/files.ts';
import { pretrainToFolder } from '../../src/pretraining/pretrain-folder.ts';

const ARMS = {
  'entity+span': { entityMasking: true, spanMasking: true },
  'no-entity': { entityMasking: false, spanMasking: true },
  'no-span': { entityMasking: true, spanMasking: false },
  plain: { entityMasking: false, spanMasking: false },
} as const;

const { values } = parseArgs({
  options: {
    init: { type: 'string' },
    corpus: { type: 'string' },
    lexicon: { type: 'string' },
    phrases: { type: 'string' },
    work: { type: 'string' },
    arm: { type: 'string' },
    steps: { type: 'string', default: '1440' },
    'batch-size': { type: 'string', default: '8' },
    'max-length': { type: 'string', default: '128' },
    'learning-rate': { type: 'string', default: '0.0001' },
    threads: { type: 'string', default: '1' },
    budget: { type: 'string', default: '200000' },
    seeds: { type: 'string', default: '0,1,2' },
    tasks: { type: 'string', default: 'cMedQQ,cMedQANER' },
    jobs: { type: 'string', default: '1' },
    data: { type: 'string' },
    results: { type: 'string', default: join(import.meta.dirname, '../results') },
  },
});
const { init, corpus, lexicon, phrases, work } = values;
if (!init || !corpus || !lexicon || !phrases || !work)
  throw new Error(
    '--init, --corpus, --lexicon, --phrases and --work are needed: see the beginning of this file',
  );
await createDirectory(work);
const folderOf = (arm: string): string => join(resolve(work), arm);

for (const [arm, masks] of Object.entries(ARMS)) {
  if ((values.arm && values.arm !== arm) || existsSync(join(folderOf(arm), 'config.json'))) continue;
  console.log(`${arm} …`);
  await pretrainToFolder(
    {
      data: {
        corpus,
        masking: { lexicon: [lexicon], phrases, ...masks },
        batches: { batchSize: Number(values['batch-size']), maxLength: Number(values['max-length']) },
      },
      out: folderOf(arm),
      start: { init },
      training: {
        steps: Number(values.steps),
        learningRate: Number(values['learning-rate']),
        evaluateEvery: Math.max(1, Math.floor(Number(values.steps) / 4)),
      },
      hardware: { threads: Number(values.threads) },
    },
    { onProgress: (_share, { en }) => process.stderr.write(`\r${arm}: ${en}   `) },
  );
  process.stderr.write('\n');
}

/** The last evaluation on held-out text that pretraining logged. */
function heldOutOf(arm: string): object {
  const lines = readFileSync(join(folderOf(arm), 'pretraining/train.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const { step, heldOut } = JSON.parse(lines.findLast((line) => line.includes('"heldOut"')) ?? '{}');
  return { arm, step, ...heldOut };
}

const finished = Object.keys(ARMS).filter((arm) => existsSync(join(folderOf(arm), 'config.json')));
await writeJson(join(values.results, 'pretraining-ablation-arms.json'), {
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model,
  ...{ steps: Number(values.steps), batchSize: Number(values['batch-size']) },
  ...{ maxLength: Number(values['max-length']), learningRate: Number(values['learning-rate']) },
  arms: finished.map(heldOutOf),
});
if (finished.length < Object.keys(ARMS).length) process.exit();

const models = [...finished.map((arm) => `${arm}=${folderOf(arm)}`), `none=${resolve(findFolder(init))}`];
const compare = [
  ...[join(import.meta.dirname, 'compare.ts'), '--usual', '--no-random', '--jobs', values.jobs],
  ...['--models', models.join(','), '--tasks', values.tasks, '--seeds', values.seeds],
  ...['--budget', values.budget, '--work', work, ...(values.data ? ['--data', values.data] : [])],
  ...['--out', join(values.results, 'pretraining-ablation-encoder.json')],
];
const { status } = spawnSync(process.execPath, compare, { stdio: 'inherit' });
process.exitCode = status ?? 1;
