import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { openDataset } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { hashPath } from '../ground/hash.ts';
import { acquireLock } from '../ground/lock.ts';
import { type GivenParameters, identityOf } from '../ground/parameters.ts';
import { collectAnswers, predictionOf } from '../models/answers.ts';
import type { FittedModel, ModelKind } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { devScore } from '../scoring/dev-score.ts';
import { type ScoreSheet, scorePredictions } from '../scoring/score-sheet.ts';
import type { Task } from '../tasks/task.ts';
import { openMembers } from './members.ts';
import type { Watcher } from './plan.ts';

export interface TrainRequest {
  readonly task: Task;
  readonly model: string;
  readonly parameters: GivenParameters;
  readonly seed: number;
  readonly dataDir: string;
  /** Where the model is written: one file, or a directory for kinds that need one. */
  readonly out: string;
  /** Discard what an interrupted training left. */
  readonly force?: boolean;
  /** Directory of the runs that a model may be made of. Default `runs`. */
  readonly runsDir?: string;
}

/**
 * Fits one model on the training data of a run on test, and saves it. Returns its scores on dev.
 * Throws a UserError for a kind that cannot be kept, and `in-use` while another process trains into the same place.
 */
export async function trainAndKeep(
  request: TrainRequest,
  { onProgress, onNote, signal }: Watcher = {},
): Promise<ScoreSheet> {
  const { model, seed, dataDir, out, force = false, runsDir = 'runs' } = request;
  const kind = findModel(model);
  requireSave(kind);
  const dataset = await openDataset({ task: request.task, dir: dataDir });
  const { task } = dataset;
  const split = dataset.splits.includes('test') ? 'test' : 'dev';
  const splits = await dataset.division(split);
  const { train, dev, synthetic } = splits;
  const resolved = await kind.resolve(request.parameters, { task });
  const made = await openMembers(kind, resolved, { task, split, splits, root: runsDir });
  const parameters = made?.parameters ?? resolved;
  const directory = `${out}.training`;
  await using _lock = await acquireLock(`${directory}.lock`);
  if (force) await rm(directory, { recursive: true, force: true });
  const score = devScore(task);
  const fitted = await kind.fit({
    ...{ task, train, dev, seed, parameters, members: made?.members, score, directory, force },
    ...{ onProgress, onNote, signal },
  });
  const inputs = dev.map(({ input }) => input);
  const answers = await collectAnswers({ kind, fitted, task, inputs, signal });
  await fitted.save?.(out);
  const predictions = answers.map(predictionOf);
  return scorePredictions({ task, split: 'dev', synthetic, examples: dev, predictions });
}

/** Throws a UserError for a kind whose models cannot be kept. */
export function requireSave({ id, capabilities }: ModelKind): void {
  if (capabilities.save) return;
  throw new UserError(
    'cannot-keep',
    { en: `Models of kind ${id} cannot be kept in a file`, zh: `${id} 类模型不能保存为文件` },
    {
      hint: {
        en: 'It is fitted again in every run: omit the option that keeps it.',
        zh: '该类模型每次运行都重新训练，请去掉保存选项。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** A kept model and its kind. */
export interface KeptModel {
  readonly kind: ModelKind;
  readonly fitted: FittedModel;
  /** What its answers depend on besides the inputs: its kind, files and inference settings. */
  readonly identity: () => Promise<string>;
}

/**
 * The kept model that `kind:path` names, with its inference parameters; `moduleHash` is that of the module of its kind. Throws
 * a UserError for a name of another shape, and for parameters that were fixed at fitting.
 */
export async function loadKept(
  name: string,
  task: Task,
  parameters: GivenParameters = {},
  moduleHash = '',
): Promise<KeptModel> {
  const colon = name.indexOf(':');
  if (colon < 1) {
    throw new UserError(
      'bad-model',
      { en: `"${name}" does not name a kept model`, zh: `“${name}”不是已保存的模型` },
      {
        hint: {
          en: 'Write KIND:PATH, for example linear:model.bin.',
          zh: '请写成 KIND:PATH，例如 linear:model.bin。',
        },
        exitCode: EXIT.usage,
      },
    );
  }
  const kind = findModel(name.slice(0, colon));
  const path = name.slice(colon + 1);
  const fitted = await kind.load(path, task, parameters);
  const identity = async (): Promise<string> => {
    const how = identityOf(kind.parameters, parameters);
    return JSON.stringify([kind.id, kind.version, moduleHash, how, await hashKept(path)]);
  };
  return { kind, fitted, identity };
}

/** The hash of a kept model; its name, where a user's kind does not keep models in files. */
const hashKept = async (path: string): Promise<string> => (existsSync(path) ? hashPath(path) : path);
