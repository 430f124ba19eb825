/**
 * Does pretraining help? Fine-tunes pretrained models, and the same architecture from random weights with the same
 * vocabulary, on tasks × seeds, each as `chineseblue run` does; then compares the test predictions pairwise. Resumable:
 * finished runs are one line each in WORK/runs.jsonl, unfinished ones resume from their checkpoints in WORK/runs.
 *
 *   npx node bench/pretraining/compare.ts --models cbert-tiny=models/cbert-tiny --work WORK [--data DIR]
 *   npx node bench/pretraining/compare.ts --models entity+span=A,no-entity=B,no-span=C,plain=D --no-random \
 *     --tasks cMedIC,cMedQANER --work WORK --out bench/results/pretraining-ablation.json
 *
 *   npx node bench/pretraining/compare.ts --models cbert-tiny=models/cbert-tiny,distilled=DIR --no-random --tasks all \
 *     --better distilled --work WORK --out bench/results/pretraining-distilled.json
 *
 * --longer adds random weights trained on all text for twice as many epochs in smaller, faster steps.
 * --usual uses the family defaults for pretrained weights instead of the recipes for small models below; for entities, those of
 * plain-entities.ts.
 * --better NAME reports at the end whether that model has the highest dev mean on every task; test scores are not used.
 * For a quick try: --epochs 1 --budget 2000 --seeds 0 (--budget: total training tokens).
 */
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, readdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareRuns } from '../../src/compare/compare.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { readConfig } from '../../src/encoders/architectures/registry.ts';
import type { Plan } from '../../src/evaluation/evaluate.ts';
import { openRuns } from '../../src/evaluation/opened.ts';
import { evaluateAll } from '../../src/evaluation/pool.ts';
import { makeDirectory, writeJson } from '../../src/ground/files.ts';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { FROM_RANDOM } from '../../src/models/bert/defaults.ts';
import { primaryScore } from '../../src/scoring/score-sheet.ts';
import { deviation } from '../../src/statistics/percentiles.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { PLAIN_ENTITIES } from '../bert/plain-entities.ts';
import { showSpread } from './spread.ts';

interface Recipe {
  readonly epochs: number;
  /** Maximum number of training tokens: larger corpora are reduced to a seeded sample, the same for all systems. */
  readonly tokenBudget?: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Of the head: a CRF from scratch needs a higher one. */
  readonly headLearningRate: number;
  readonly maxLength: number;
  readonly dropout?: number;
}

/** For small models: the usual rate for BERT-base (3e-5) would hardly train a hidden size of 256. */
const ENTITIES: Recipe = {
  epochs: 3,
  tokenBudget: 300_000,
  batchSize: 8,
  learningRate: 5e-4,
  headLearningRate: 2e-3,
  maxLength: 128,
};
const TEXTS: Recipe = { ...ENTITIES, batchSize: 16, learningRate: 3e-4, headLearningRate: 3e-4 };
const withoutBudget = ({ tokenBudget: _, ...recipe }: Recipe): Recipe => recipe;
const RECIPES: Readonly<Record<string, Recipe>> = {
  cEHRNER: ENTITIES,
  cMedQANER: ENTITIES,
  // pairs are learned late: with less text, or with dropout, both systems stay at a constant answer
  cMedQQ: { ...withoutBudget(TEXTS), batchSize: 32, learningRate: 4e-4, headLearningRate: 4e-4, dropout: 0 },
  cMedIC: { ...TEXTS, epochs: 6 },
  cMedTC: TEXTS,
  cMedIR: { ...TEXTS, epochs: 1, maxLength: 64 },
  cMedQA: TEXTS,
  CMDD: ENTITIES,
};
/** Those of the tables of docs/pretraining.md. */
const TASKS = 'cEHRNER,cMedQANER,cMedQQ,cMedIC,cMedTC';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'cbert-tiny=models/cbert-tiny' },
    random: { type: 'boolean', default: true },
    tasks: { type: 'string', default: TASKS },
    seeds: { type: 'string', default: '0,1,2' },
    work: { type: 'string' },
    data: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../results/pretraining-compare.json') },
    jobs: { type: 'string', default: String(cpus().length) },
    epochs: { type: 'string' },
    budget: { type: 'string' },
    longer: { type: 'boolean', default: false },
    usual: { type: 'boolean', default: false },
    better: { type: 'string' },
  },
  allowNegative: true,
});
if (!values.work) throw new Error('--work DIR: where runs are kept, outside of the repository');
const work = resolve(values.work);
const { dir: dataDir } = resolveDataDir(values.data, process.env);
const seeds = values.seeds.split(',').map(Number);
const tasks = (values.tasks === 'all' ? Object.keys(RECIPES) : values.tasks.split(',')).map((name) =>
  findTask(name),
);
const models = values.models.split(',').map((pair) => {
  const equals = pair.indexOf('=');
  return { name: pair.slice(0, equals), folder: resolve(pair.slice(equals + 1)) };
});
if (values.better && !models.some(({ name }) => name === values.better))
  throw new Error(`--better ${values.better}: no model of this name`);
if (values.usual && (values.random || values.longer))
  throw new Error('--usual is for pretrained models: it needs --no-random');

/** A system to compare: initial weights and fine-tuning settings. */
interface System {
  readonly name: string;
  readonly parameters: (task: string) => GivenParameters;
}

const { layers, hiddenSize: hidden, heads } = await readConfig(models[0].folder);
for (const { name, folder } of models.slice(1)) {
  const other = await readConfig(folder);
  if (other.layers !== layers || other.hiddenSize !== hidden) throw new Error(`${name} has another shape`);
}
/** One thread per run, for bit-identical results however many run in parallel; the same dropout for all systems. */
const COMMON = { threads: 1, dropout: 0.1, copies: 0, lexiconFeatures: false };
const recipe = (task: string): Recipe => {
  const found = RECIPES[task] ?? TEXTS;
  return {
    ...found,
    ...(values.epochs && { epochs: Number(values.epochs) }),
    ...(values.budget && { tokenBudget: Number(values.budget) }),
  };
};
const random = { layers, hidden, heads, vocab: models[0].folder };
const usual = (task: string): GivenParameters => ({
  threads: 1,
  ...(findTask(task).family === 'ner' && PLAIN_ENTITIES),
  ...(values.epochs && { epochs: Number(values.epochs) }),
  ...(values.budget && { tokenBudget: Number(values.budget) }),
});
const systems: readonly System[] = [
  ...models.map(({ name, folder }) => ({
    name,
    parameters: (task: string): GivenParameters =>
      values.usual ? { ...usual(task), init: folder } : { ...COMMON, ...recipe(task), init: folder },
  })),
  ...(values.random
    ? [
        {
          name: 'random weights, same recipe',
          parameters: (task: string) => ({ ...COMMON, ...recipe(task), ...random }),
        },
      ]
    : []),
  ...(values.longer
    ? [
        {
          name: 'random weights, longer recipe',
          parameters: (task: string) => ({
            ...COMMON,
            ...withoutBudget(recipe(task)),
            ...random,
            epochs: recipe(task).epochs * FROM_RANDOM.epochs,
            batchSize: FROM_RANDOM.batchSize,
            learningRate: FROM_RANDOM.learningRate,
            headLearningRate: FROM_RANDOM.learningRate,
          }),
        },
      ]
    : []),
];

interface Line {
  readonly system: string;
  readonly task: string;
  readonly seed: number;
  readonly parameters: GivenParameters;
  readonly run: string;
  /** The primary metric: on dev, of the epoch that dev chose; on test. */
  readonly dev: number;
  readonly test: number;
  readonly epoch: number;
  readonly learnt: number;
  readonly seconds: number;
}

await makeDirectory(work);
const linesFile = join(work, 'runs.jsonl');
const lines: Line[] = existsSync(linesFile)
  ? readFileSync(linesFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const lineOf = (system: System, task: string, seed: number): Line | undefined =>
  lines.find(
    (line) =>
      line.system === system.name &&
      line.task === task &&
      line.seed === seed &&
      JSON.stringify(line.parameters) === JSON.stringify(system.parameters(task)),
  );

/** The best score on dev and its epoch, from the log that training leaves. */
function devOf(directory: string): { dev: number; epoch: number } {
  const scores = readFileSync(join(directory, 'train.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"dev"'))
    .map((line) => JSON.parse(line) as { dev: number; epoch: number });
  return scores.reduce((best, score) => (score.dev >= best.dev ? score : best));
}

// seeds outermost: whenever it stops, every system has had the same seeds
const open = seeds.flatMap((seed) =>
  tasks.flatMap((task) => systems.map((system) => ({ seed, task, system }))),
);
const wanted = open.filter(({ seed, task, system }) => !lineOf(system, task.id, seed));
console.log(`${open.length} runs, ${open.length - wanted.length} done before`);
const planned = new Map(
  wanted.map((item): [Plan, (typeof wanted)[number]] => [
    {
      task: item.task,
      model: 'bert',
      parameters: item.system.parameters(item.task.id),
      seed: item.seed,
      split: 'test',
      source: 'primary',
      dataDir,
      root: join(work, 'runs'),
      keepModel: false,
      force: false,
    },
    item,
  ]),
);
let writing = Promise.resolve();
let done = 0;
const outcomes = await evaluateAll([...planned.keys()], {
  jobs: Number(values.jobs),
  onOutcome(outcome) {
    if (!('run' in outcome)) return console.log(`failed: ${outcome.error.message}`);
    const { plan, run } = outcome;
    const { system, task, seed } = planned.get(plan)!;
    const { record, scores, directory } = run;
    const line: Line = {
      system: system.name,
      task: task.id,
      seed,
      parameters: system.parameters(task.id),
      run: directory,
      ...devOf(directory),
      test: primaryScore(scores).value,
      learnt: record.examples.learnt ?? record.examples.train,
      seconds: record.times.fitSeconds,
    };
    lines.push(line);
    console.log(
      `${++done}/${wanted.length} ${task.id} seed ${seed}, ${system.name}: dev ${(100 * line.dev).toFixed(2)}, test ${(100 * line.test).toFixed(2)}, ${line.seconds.toFixed(0)} s`,
    );
    writing = writing
      .then(() => appendFile(linesFile, `${JSON.stringify(line)}\n`))
      .then(() => dropCheckpoints(directory));
  },
});
await writing;

/** Moments of Adam and the best weights: 100 MB per run that are no longer needed. */
async function dropCheckpoints(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (/^(checkpoint-.*|best\.bin)$/.test(name)) await rm(join(directory, name), { force: true });
}

const over = (scores: readonly number[]) => ({
  mean: scores.reduce((a, b) => a + b, 0) / scores.length,
  deviation: deviation(scores),
  scores,
});
const results = [];
for (const task of tasks) {
  const found = systems.map((system) => ({
    system,
    lines: seeds.flatMap((seed) => lineOf(system, task.id, seed) ?? []),
  }));
  if (found.some((one) => one.lines.length < seeds.length)) continue;
  const opened = await openRuns(
    found.flatMap((one) => one.lines.map(({ run }) => run)),
    { runsDir: join(work, 'runs'), dataDir },
  );
  const comparison = systems.length > 1 ? compareRuns(opened, { items: 0 }) : undefined;
  const nameOf = (compared: string): string => {
    const [run] = comparison!.systems.find(({ name }) => name === compared)!.runs;
    const { directory } = opened.find(({ record }) => record.id === run)!;
    return found.find((one) => one.lines.some((line) => line.run === directory))!.system.name;
  };
  results.push({
    task: task.id,
    convention: opened[0].record.task.primary,
    examples: opened[0].record.examples,
    units: comparison?.units,
    systems: found.map(({ system, lines: own }) => ({
      name: system.name,
      dev: over(own.map(({ dev }) => dev)),
      test: over(own.map(({ test }) => test)),
      learnt: own[0].learnt,
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length,
      recipe: system.parameters(task.id),
    })),
    pairs: comparison?.pairs.map(({ a, b, difference, p, adjusted, better }) => ({
      a: nameOf(a),
      b: nameOf(b),
      difference: difference.estimate,
      low: difference.low,
      high: difference.high,
      p,
      adjusted,
      better: better && nameOf(better),
    })),
  });
  console.log(`\n${task.id}`);
  for (const { name, dev, test } of results.at(-1)!.systems)
    console.log(`  ${name}: dev ${showSpread(dev)}, test ${showSpread(test)}`);
  for (const { a, b, difference, low, high, adjusted } of results.at(-1)!.pairs ?? [])
    console.log(
      `  ${a} − ${b}: ${(100 * difference).toFixed(2)} [${(100 * low).toFixed(2)}, ${(100 * high).toFixed(2)}], p (Holm) ${adjusted.toFixed(4)}`,
    );
}
if (results.length < tasks.length) console.log(`\n${tasks.length - results.length} tasks are not complete`);
if (values.better) {
  const behind = results.filter(({ systems: found }) => {
    const own = found.find(({ name }) => name === values.better)?.dev.mean ?? 0;
    return found.some(({ name, dev }) => name !== values.better && dev.mean >= own);
  });
  const which =
    results.length === tasks.length ? 'every task' : `the ${results.length} tasks that are complete`;
  console.log(
    behind.length > 0
      ? `\n${values.better} is not better on: ${behind.map(({ task }) => task).join(', ')}`
      : `\n${values.better} is better on ${which}`,
  );
}
const relative = (parameters: GivenParameters): GivenParameters =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'init' && name !== 'vocab'));
await writeJson(values.out, {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  shape: { layers, hidden, heads },
  seeds,
  tasks: results.map((result) => ({
    ...result,
    systems: result.systems.map((system) => ({ ...system, recipe: relative(system.recipe) })),
  })),
});
process.exitCode = outcomes.some((outcome) => 'error' in outcome) ? 1 : 0;
