import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Division, type JudgedSplit, openJudged } from '../datasets/dataset.ts';
import { requireReleased } from '../datasets/schemes/registry.ts';
import { readSubsets } from '../datasets/subsets.ts';
import { writeJson } from '../ground/files.ts';
import type { Text } from '../ground/language.ts';
import { version } from '../ground/version.ts';
import type { Parameters } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { readPredictions } from '../scoring/predictions.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import { scorePredictions } from '../scoring/score-sheet.ts';
import { writePredictions } from '../scoring/write.ts';
import type { Task } from '../tasks/task.ts';
import { describeEnvironment, type RunRecord } from './record.ts';
import { lockRun, RUN_FILES, readRun, type StoredRun } from './store.ts';

/** One evaluation, wholly determined: plain data, so that it can cross to another process. */
export interface Plan {
  readonly task: Task;
  readonly model: string;
  /** Those that differ from the defaults of the model. */
  readonly parameters: Parameters;
  readonly seed: number;
  readonly split: JudgedSplit;
  readonly source: 'primary' | 'alternative';
  readonly dataDir: string;
  /** Where runs are kept. */
  readonly root: string;
  /** Also keep what was learnt, as `model.bin`. */
  readonly keepModel: boolean;
  /** Forget a kept run and do it again. */
  readonly force: boolean;
  /** Directory of subsets that `data audit --write-clean` wrote: they are scored beside `all`. */
  readonly subsets?: string;
}

export interface Watcher {
  readonly onProgress?: (share: number, note?: string) => void;
  readonly signal?: AbortSignal;
}

/** What only released splits have, for errors. */
const SUBSETS: Text = { en: 'Subsets', zh: '子集' };

/** Shares of the progress bar: fitting is nearly all of the work. */
const FITTED_SHARE = 0.9;

/**
 * Fits, predicts, scores and records one evaluation below `plan.root`, or returns the kept one where it was
 * done before. The id names everything that the result depends on; stopped half way, it goes on from the
 * last finished step: what a model checkpointed itself, then predictions, then scores. Where subsets are asked for,
 * a kept run is scored again, from its kept predictions.
 */
export async function evaluate(request: Plan, { onProgress, signal }: Watcher = {}): Promise<StoredRun> {
  if (request.subsets !== undefined) requireReleased(request.split, SUBSETS);
  const { dataset, part } = await openJudged({ ...request, dir: request.dataDir });
  const { task } = dataset;
  const plan = { ...request, task };
  const splits = await dataset.division(part);
  const { questions, examples } = splits.evaluated;
  const kind = findModel(plan.model);
  const parameters = { ...kind.defaults, ...plan.parameters };
  const startingPoint = (await kind.startingPoint?.(parameters)) ?? '';
  const id = runId(plan, parameters, startingPoint, splits);
  const directory = join(plan.root, id);
  const path = (name: keyof typeof RUN_FILES): string => join(directory, RUN_FILES[name]);
  if (!plan.force && plan.subsets === undefined && existsSync(path('scores'))) return readRun(directory);

  const unlock = await lockRun(directory);
  try {
    if (plan.force)
      for (const name of ['record', 'predictions', 'scores'] as const) await rm(path(name), { force: true });
    if (!existsSync(path('record'))) {
      const startedAt = new Date();
      const fitted = await kind.fit({
        task,
        train: splits.train,
        dev: splits.dev,
        seed: plan.seed,
        parameters,
        directory,
        signal,
        onProgress: (share, note) => onProgress?.(share * FITTED_SHARE, note),
      });
      const fittedAt = Date.now();
      const predictions = await fitted.predict(
        questions.map(({ input }) => input),
        (share) => onProgress?.(FITTED_SHARE + share * (1 - FITTED_SHARE)),
      );
      const predictedAt = Date.now();
      signal?.throwIfAborted();
      await writePredictions(path('predictions'), questions, predictions);
      if (plan.keepModel) await fitted.save?.(join(directory, 'model.bin'));
      await writeJson(path('record'), {
        schema: 'chineseblue/run@1',
        id,
        task: { id: task.id, family: task.family, primary: task.primary },
        split: plan.split,
        source: plan.source,
        synthetic: splits.synthetic,
        examples: {
          train: splits.train.length,
          dev: splits.dev.length,
          evaluated: examples.length,
          learnt: fitted.learntFrom,
        },
        splitRule: splits.rule.en,
        corpus: splits.files,
        model: { id: kind.id, parameters, startingPoint, bytes: fitted.bytes },
        seed: plan.seed,
        times: {
          startedAt: startedAt.toISOString(),
          fitSeconds: (fittedAt - startedAt.getTime()) / 1000,
          predictSeconds: (predictedAt - fittedAt) / 1000,
        },
        environment: describeEnvironment(),
      } satisfies RunRecord);
    }
    await scoreRun(plan, splits, path('predictions'), path('scores'));
    return await readRun(directory);
  } finally {
    await unlock();
  }
}

async function scoreRun(
  plan: Plan,
  splits: Division,
  predictionsFile: string,
  scoresFile: string,
): Promise<void> {
  const { examples } = splits.evaluated;
  const subsets =
    plan.subsets === undefined
      ? undefined
      : await readSubsets(plan.subsets, plan.task, requireReleased(plan.split, SUBSETS), splits.files);
  const answers = await readPredictions(predictionsFile, plan.task, examples);
  refuseUnfit(predictionsFile, answers);
  const sheet = scorePredictions({
    task: plan.task,
    split: plan.split,
    synthetic: splits.synthetic,
    examples,
    predictions: answers.predictions,
    coverage: answers.coverage,
    subsets,
  });
  await writeJson(scoresFile, sheet);
}

/** Readable, and equal exactly where the result must be equal. */
function runId(plan: Plan, parameters: Parameters, startingPoint: string, splits: Division): string {
  const { task, model, seed, split, source } = plan;
  const identity = [
    version(),
    [
      task.id,
      task.family,
      task.primary,
      task.positive,
      task.relevantFrom,
      task.labels.map((label) => label.id),
    ],
    model,
    Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
    startingPoint,
    seed,
    split,
    source,
    splits.rule.en,
    splits.files.map(({ path, sha256 }) => [path, sha256]),
  ];
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 10);
  return `${task.id}-${split}-${model}-s${seed}-${digest}`;
}
