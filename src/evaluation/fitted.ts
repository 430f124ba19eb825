import { openDataset } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Parameters, Predictor } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { type ScoreSheet, scorePredictions } from '../scoring/score-sheet.ts';
import type { Task } from '../tasks/task.ts';
import type { Watcher } from './evaluate.ts';

export interface TrainRequest {
  readonly task: Task;
  readonly model: string;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly dataDir: string;
  /** Where the model is written: one file, or a directory for kinds that need one. */
  readonly out: string;
}

/**
 * Fits one model on what a run on test would learn from, and keeps it. Returns its scores on dev.
 * Throws a UserError for a kind that cannot be kept.
 */
export async function trainAndKeep(
  request: TrainRequest,
  { onProgress, signal }: Watcher = {},
): Promise<ScoreSheet> {
  const { model, seed, dataDir, out } = request;
  const dataset = await openDataset({ task: request.task, dir: dataDir });
  const { task } = dataset;
  const kind = findModel(model);
  const { train, dev, synthetic } = await dataset.division(dataset.splits.includes('test') ? 'test' : 'dev');
  const parameters = { ...kind.defaults, ...request.parameters };
  const fitted = await kind.fit({
    task,
    train,
    dev,
    seed,
    parameters,
    onProgress,
    signal,
    directory: `${out}.training`,
  });
  if (!fitted.save) {
    throw new UserError('cannot-keep', `A model of kind ${kind.id} is not kept in a file`, {
      hint: 'It is fitted anew in every run: it is quick.',
      exitCode: EXIT.usage,
    });
  }
  const predictions = await fitted.predict(dev.map(({ input }) => input));
  await fitted.save(out);
  return scorePredictions({ task, split: 'dev', synthetic, examples: dev, predictions });
}

/**
 * The kept model that `kind:path` names, with parameters of how it answers. Throws a UserError for a name of another
 * shape, and for parameters that decided what the model learnt.
 */
export async function loadKept(name: string, task: Task, parameters: Parameters = {}): Promise<Predictor> {
  const colon = name.indexOf(':');
  if (colon < 1) {
    throw new UserError('bad-model', `"${name}" does not name a kept model`, {
      hint: 'Write KIND:PATH, for example linear:model.bin.',
      exitCode: EXIT.usage,
    });
  }
  const kind = findModel(name.slice(0, colon));
  if (!kind.load) {
    throw new UserError('cannot-load', `A model of kind ${kind.id} is not kept in a file`, {
      hint: 'Use `chineseblue run`.',
      exitCode: EXIT.usage,
    });
  }
  return kind.load(name.slice(colon + 1), task, parameters);
}
