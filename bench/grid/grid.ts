/**
 * Runs every task with data × baseline, frozen encoder, fine-tuned encoders and ensembles, by the recipes of recipes.ts. Each
 * cell is an ordinary run in WORK/runs that can be killed at any time and resumed by rerunning. Finished cells are kept as
 * small files in bench/results/grid, without predictions, and skipped from then on; bench/grid/page.ts writes the tables.
 *
 *   npx node bench/grid/grid.ts --work WORK --encoder bge-small-zh-v1.5 [--data DIR] [--small DIR] \
 *     [--only cMedQQ,cMedIC] [--arm fine-tuned,ensemble] [--trials | --full] [--seeds 0] [--minutes 90] [--threads 1] \
 *     [--again] [--list|--compare]
 *
 * --encoder: folder or name of the pretrained encoder; --small: the same for cbert-small, whose arms are skipped without it;
 * --minutes: start no cell expected to end later; --threads: of training, without effect on results at the sizes of these
 * encoders, but an interrupted cell resumes only with the same number; --again: also run the finished cells whose runs are not
 * in WORK, which comparisons and ensembles need; --compare: train nothing, and recompute comparisons and intervals over seeds
 * from the runs in WORK (no --encoder). Comparisons with arms whose runs are gone are kept as they are.
 *
 * --trials instead runs the variants of trials.ts and the recipe on the same sample of the training set, judged on dev:
 * 240 000 to 400 000 training tokens for the recipe, about 40 minutes on one core per task, 30 with --seeds 0. --full then
 * runs, on the full training set, the variants that gained more than the recipe varies over its seeds.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { evaluate, type Plan } from '../../src/evaluation/evaluate.ts';
import type { StoredRun } from '../../src/evaluation/store.ts';
import { createDirectory, writeJson } from '../../src/ground/files.ts';
import type { GivenParameters } from '../../src/ground/parameters.ts';
import { primaryScore } from '../../src/scoring/score-sheet.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { CELLS, type Cell, cellsOf, fileOf, type KeptCell, keptOf } from './cells.ts';
import {
  compareArms,
  isFinished,
  updateAfterRecipeChange,
  updateAfterRepeat,
  updateAfterSeed,
} from './comparisons.ts';
import { ARMS, type Arm, isEnsemble, MEMBERS, RECIPES } from './recipes.ts';
import { fullCells, trialCells } from './trials.ts';

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    encoder: { type: 'string' },
    small: { type: 'string' },
    data: { type: 'string' },
    only: { type: 'string' },
    arm: { type: 'string' },
    seeds: { type: 'string' },
    trials: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    threads: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
  },
});
if (!values.work || !(values.encoder || values.compare))
  throw new Error(
    '--work DIR: where runs are kept, outside the repository; --encoder DIR: the encoder to fine-tune',
  );
const root = join(resolve(values.work), 'runs');
const { dir: dataDir } = resolveDataDir(values.data, process.env);
const started = performance.now();

/** The weights of an arm. */
const WEIGHTS: Readonly<Partial<Record<Arm, string>>> = {
  frozen: values.encoder,
  'fine-tuned': values.encoder,
  'cbert-tiny': 'cbert-tiny',
  'cbert-small': values.small,
};

const arms = values.arm?.split(',') ?? ARMS;
const seeds = values.seeds?.split(',').map(Number);
const tasks = values.only?.split(',').map((name) => findTask(name).id) ?? Object.keys(RECIPES);
const needsSmall = (arm: Arm): boolean =>
  arm === 'cbert-small' || (isEnsemble(arm) && MEMBERS[arm].some((member) => member === 'cbert-small'));
const asked = values.trials ? trialCells : values.full ? fullCells : cellsOf;
const wanted = tasks
  .flatMap(asked)
  .filter(({ arm, seed }) => {
    if (!values.small && needsSmall(arm)) return false;
    return arms.includes(arm) && (seeds?.includes(seed) ?? true);
  })
  .filter((cell) => {
    const kept = keptOf(cell);
    return !kept || (values.again && !isFinished(kept, root));
  })
  .sort(
    (a, b) =>
      Number(isEnsemble(a.arm)) - Number(isEnsemble(b.arm)) || a.seed - b.seed || a.minutes - b.minutes,
  );
const nameOf = ({ task, arm, trial, full, seed }: Cell): string =>
  `${task} ${trial ?? arm}${full ? ' on the full training set' : ''} seed ${seed}`;
if (values.list) {
  for (const cell of wanted) console.log(`${nameOf(cell)}: ${cell.minutes} minutes`);
  process.exit();
}

const passed = (): number => (performance.now() - started) / 60_000;
for (const cell of values.compare ? [] : wanted) {
  if (values.minutes && passed() + cell.minutes > Number(values.minutes)) {
    console.log(`${nameOf(cell)}: left for later`);
    continue;
  }
  console.log(`${new Date().toISOString()} ${nameOf(cell)} …`);
  await fill(cell).catch((error: Error) => console.log(`${nameOf(cell)}: ${error.message}`));
}

if (asked === cellsOf) for (const task of tasks) await compareArms(task, { root, dataDir });

/** Runs a cell and keeps it. */
async function fill(cell: Cell): Promise<void> {
  const plan = planOf(cell);
  if (!plan) return console.log(`${nameOf(cell)}: its members are not finished yet`);
  const run = await evaluate(plan);
  await dropCheckpoints(run.directory);
  await createDirectory(join(CELLS, cell.task));
  const kept = describe(cell, run);
  const repeated = keptOf(cell);
  const { run: earlier }: Partial<KeptCell> = existsSync(fileOf(cell))
    ? JSON.parse(readFileSync(fileOf(cell), 'utf8'))
    : {};
  await writeJson(fileOf(cell), kept);
  if (cell.trial === undefined && earlier !== kept.run) {
    if (earlier === undefined) await updateAfterSeed(cell);
    else if (repeated?.score === kept.score) await updateAfterRepeat(cell.task, earlier, kept.run);
    else await updateAfterRecipeChange(cell);
  }
  console.log(
    `${nameOf(cell)}: dev ${percent(kept.dev)}, test ${percent(kept.score)} [${percent(kept.low)}, ${percent(kept.high)}]`,
  );
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : (100 * share).toFixed(2);
}

function planOf(cell: Cell): Plan | undefined {
  const runs = cell.members && membersOf(cell);
  if (cell.members && !runs) return undefined;
  const weights = WEIGHTS[cell.arm];
  const parameters: GivenParameters = {
    ...cell.parameters,
    ...(runs && { runs: runs.join('+') }),
    ...(weights && { init: existsSync(weights) ? resolve(weights) : weights }),
    ...(weights && { threads: Number(values.threads) }),
    ...(cell.model === 'bert' && { checkpointMinutes: 3 }),
  };
  const { model, seed } = cell;
  const isMember = Object.values(MEMBERS)
    .flat()
    .some((arm) => arm === cell.arm);
  const keepModel = isMember && cell.trial === undefined && seed === 0;
  const task = findTask(cell.task);
  return {
    task,
    model,
    parameters,
    seed,
    split: 'test',
    source: 'primary',
    dataDir,
    root,
    keepModel,
    force: false,
    // trials are judged on dev, which training evaluates; test is kept to one example
    ...(cell.trial !== undefined && { limit: 1 }),
  };
}

/** Directories of the members' runs at seed 0, or undefined if one is not finished. */
function membersOf({ task, members = [] }: Cell): string[] | undefined {
  const cells = cellsOf(task).filter(({ seed }) => seed === 0);
  const kept = members
    .map((arm) => cells.find((cell) => cell.arm === arm))
    .map((cell) => cell && keptOf(cell));
  return kept.every((cell) => cell !== undefined) ? kept.map(({ run }) => join(root, run)) : undefined;
}

function describe({ minutes: _, ...cell }: Cell, { record, scores, directory }: StoredRun): KeptCell {
  const { value, interval } = primaryScore(scores);
  const { model, examples, environment, times } = record;
  const curve = curveOf(directory);
  const all = scores.subsets.all;
  return {
    ...cell,
    split: record.split,
    convention: record.task.primary,
    examples: { train: examples.train, dev: examples.dev, evaluated: examples.evaluated },
    units: all.units,
    ...(examples.learnt !== undefined && examples.learnt < examples.train && { learnt: examples.learnt }),
    ...(cell.trial === undefined && {
      score: value,
      low: interval?.low,
      high: interval?.high,
      scores: Object.fromEntries(all.scores.map(({ convention, value }) => [convention, value])),
    }),
    curve,
    ...(curve.length > 0 && { dev: Math.max(...curve) }),
    startingPoint: model.startingPoint,
    run: record.id,
    startedAt: times.startedAt,
    seconds: Math.round(times.fitSeconds + times.predictSeconds),
    commit: environment.git?.commit ?? null,
    node: environment.node,
    cpu: environment.cpu,
  };
}

/** The dev scores in the training log. */
function curveOf(directory: string): number[] {
  const log = join(directory, 'train.jsonl');
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"dev"'))
    .map((line) => JSON.parse(line).dev);
}

/** Deletes optimizer states and the best weights, which are no longer needed. */
async function dropCheckpoints(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (/^(checkpoint-.*|best\.bin)$/.test(name)) await rm(join(directory, name), { force: true });
}
