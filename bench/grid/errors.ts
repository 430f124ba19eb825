/**
 * Counts the errors of the best fine-tuned model of each task on dev where the goal is missed: those of a report
 * (src/report), without any corpus text. Predictions are recomputed with the weights of the kept runs in WORK/runs.
 * Writes bench/results/grid/TASK/errors.json for bench/grid/page.ts; skips runs that are already analysed.
 *
 *   npx node bench/grid/errors.ts --work WORK [--data DIR] [--only cMedQQ,cMedIR]
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/datasets/dataset.ts';
import { resolveDataDir } from '../../src/datasets/directory.ts';
import { unitsOf } from '../../src/datasets/units.ts';
import { loadKept } from '../../src/evaluation/fitted.ts';
import { writeJson } from '../../src/ground/files.ts';
import { collectAnswers, predictionOf } from '../../src/models/answers.ts';
import { byFrequency, byLength } from '../../src/report/breakdown.ts';
import { classFigures } from '../../src/report/classes.ts';
import { KINDS } from '../../src/report/error-kinds.ts';
import {
  type Answered,
  type Answers,
  findErrors,
  type Shown,
  showExamples,
} from '../../src/report/run-errors.ts';
import { primaryScore, scorePredictions } from '../../src/scoring/score-sheet.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { type KeptCell, keptCells } from './cells.ts';
import { boundaries, confusions, pairOverlap, places, rankingOverlap } from './error-groups.ts';
import { type Errors, errorsFile, keptErrors, missed } from './errors-kept.ts';
import { RECIPES } from './recipes.ts';

/** How many of the most frequent classes are kept. */
const MOST_CLASSES = 12;

const { values } = parseArgs({
  options: { work: { type: 'string' }, data: { type: 'string' }, only: { type: 'string' } },
});
if (!values.work) throw new Error('--work DIR: where the runs of the grid are kept');
const root = join(resolve(values.work), 'runs');
const { dir: dataDir } = resolveDataDir(values.data, process.env);

for (const id of values.only?.split(',').map((name) => findTask(name).id) ?? Object.keys(RECIPES)) {
  const cell = missed(id) ? best(id) : undefined;
  if (!cell || keptErrors(id)?.run === cell.run) continue;
  const found = await errorsOf(cell);
  await writeJson(errorsFile(id), found);
  console.log(`${id}, ${cell.arm}: dev ${(100 * found.score).toFixed(2)}, ${found.errors} errors`);
}

/** The fine-tuned arm at seed 0 with the best dev score, among those with available weights. */
function best(task: string): KeptCell | undefined {
  return keptCells(task)
    .cells.filter(({ model, arm, seed, run }) => {
      const tuned = model === 'bert' && arm !== 'frozen' && seed === 0;
      return tuned && existsSync(join(root, run, 'model.bin'));
    })
    .sort((a, b) => (b.dev ?? 0) - (a.dev ?? 0))[0];
}

async function errorsOf({ task: id, arm, run }: KeptCell): Promise<Errors> {
  const dataset = await openDataset({ task: findTask(id), dir: dataDir });
  const { task } = dataset;
  const { train, dev, synthetic } = await dataset.division('test');
  const { kind, fitted } = await loadKept(`bert:${join(root, run, 'model.bin')}`, task, { threads: 1 });
  const inputs = dev.map(({ input }) => input);
  const predictions = (await collectAnswers({ kind, fitted, task, inputs })).map(predictionOf);
  const answered = { task, examples: dev, predictions };
  const shown = showExamples(answered);
  const answers = findErrors(answered, shown);
  const sheet = scorePredictions({ task, split: 'dev', synthetic, examples: dev, predictions });
  return {
    ...{ task: id, arm, run, split: 'dev', examples: dev.length, units: unitsOf(dev).length },
    score: primaryScore(sheet).value,
    ...counted(answered, shown, answers),
    lengths: slices(byLength(answered)),
    frequencies: slices(byFrequency(answered, shown, answers, train)),
    overlaps: pairOverlap(shown, answers) ?? rankingOverlap(shown, answers) ?? [],
    places: places(shown, answers),
  };
}

function counted(answered: Answered, shown: Shown, answers: Answers) {
  const errors = answers.errors.flat();
  const { figures } = classFigures(answered, shown, answers);
  return {
    errors: errors.length,
    kinds: KINDS.flatMap(({ id }, bit) => {
      const count = errors.filter(({ kinds }) => kinds & (1 << bit)).length;
      return count > 0 ? { id, count } : [];
    }),
    boundaries: boundaries(shown, answers),
    classes: figures
      .slice(0, MOST_CLASSES)
      .map(({ label, gold, answered, right, f1 }) => ({ label, gold, answered, right, f1: f1.estimate })),
    confusions: confusions(shown, answers),
  };
}

function slices(breakdown: ReturnType<typeof byLength>): Errors['lengths'] {
  return (breakdown?.slices ?? []).map(({ name, count, value }) => ({
    group: name.en,
    count,
    score: value.estimate,
    ...(Number.isFinite(value.low) && { low: value.low, high: value.high }),
  }));
}
