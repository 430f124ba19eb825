import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { counted } from '../../ground/counted.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { GivenParameters } from '../../ground/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import type { Loadable } from './answerer.ts';

/** Models as the command line names them. */
export interface NamedModels {
  /** `kind:path` each. */
  readonly model: readonly string[];
  /** One for all, or one for each in their order; empty: as their files say. */
  readonly task: readonly string[];
  readonly taskFile?: string;
  readonly dataDir?: string;
  readonly modelFile?: string;
  readonly parameters: GivenParameters;
}

/**
 * The served models, each with its task and a unique name. Throws a UserError: `which-task` where no task is named
 * and the files of a model name none, and those of tasks and kinds that are not there.
 */
export async function chooseModels(named: NamedModels): Promise<Loadable[]> {
  const { model: models, task: tasks, taskFile, modelFile, parameters } = named;
  if (modelFile !== undefined) await (await import('../../models/model-file.ts')).loadModelFile(modelFile);
  if (tasks.length > 1 && tasks.length !== models.length) throw notAsMany(models.length, tasks.length);
  const dataDir = await dataDirOf(named);
  const chosen: Loadable[] = [];
  for (const [i, model] of models.entries()) {
    const kind = await kindOf(model);
    const wanted = tasks[i] ?? tasks[0] ?? (await taskOfFiles(model)) ?? '';
    if (wanted === '' && taskFile === undefined) throw whichTask(model);
    const { tasks: found } = await chooseTasks(wanted === '' ? [] : [wanted], taskFile, dataDir);
    const task = await withLabels(found.at(-1)!, dataDir);
    const name = unusedName(model, chosen);
    chosen.push({ name, kind, task, loading: { model, task, parameters, modelFile } });
  }
  return chosen;
}

/**
 * `bert:models/my-model` is served as my-model; a second one of this name as my-model-2. The `model.bin` of a folder, such as a
 * run, is named after the folder.
 */
function unusedName(model: string, chosen: readonly Loadable[]): string {
  const path = model.slice(model.indexOf(':') + 1);
  const folder = basename(path) === 'model.bin' ? basename(dirname(path)) : '';
  const own = /^\.*$/.test(folder) ? basename(path, extname(path)) : folder;
  const plain = own.replace(/[^\w.-]+/g, '-') || 'model';
  const used = new Set(chosen.map(({ name }) => name));
  for (let i = 1; ; i++) {
    const name = i === 1 ? plain : `${plain}-${i}`;
    if (!used.has(name)) return name;
  }
}

async function kindOf(model: string): Promise<Loadable['kind']> {
  const { findModel } = await import('../../models/registry.ts');
  const colon = model.indexOf(':');
  if (colon < 1)
    throw new UserError(
      'bad-model',
      { en: `"${model}" does not name a kept model`, zh: `“${model}”不是已保存的模型` },
      {
        hint: {
          en: 'Write KIND:PATH, for example linear:model.bin.',
          zh: '请写成 KIND:PATH，例如 linear:model.bin。',
        },
        exitCode: EXIT.usage,
      },
    );
  return findModel(model.slice(0, colon)).summary;
}

/** The task that a fine-tuned folder, or the run that a model was kept in, was made for. */
async function taskOfFiles(model: string): Promise<string | undefined> {
  const path = model.slice(model.indexOf(':') + 1);
  const { readTextFile } = await import('../../ground/files.ts');
  for (const file of [join(path, 'chineseblue.json'), join(dirname(path), 'run.json')]) {
    if (!existsSync(file)) continue;
    try {
      const { task } = JSON.parse(await readTextFile(file));
      const id: unknown = typeof task === 'string' ? task : task?.id;
      if (typeof id === 'string') return id;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** A task that declares no labels has those of its corpus, if that is available. */
async function withLabels(task: Task, dir: string): Promise<Task> {
  const { openDataset, availableSplits } = await import('../../datasets/dataset.ts');
  if (task.labels.length > 0 || availableSplits({ task, dir }).length === 0) return task;
  return (await openDataset({ task, dir })).task;
}

const whichTask = (model: string): UserError =>
  new UserError(
    'which-task',
    { en: `The files of ${model} do not name its task`, zh: `${model} 的文件未注明任务` },
    {
      hint: { en: 'Name it with --task NAME.', zh: '请用 --task NAME 指定。' },
      exitCode: EXIT.usage,
    },
  );

const notAsMany = (models: number, tasks: number): UserError =>
  new UserError(
    'which-task',
    {
      en: `${counted(tasks, 'task was given', 'tasks were given')} for ${counted(models, 'model')}`,
      zh: `为 ${models} 个模型指定了 ${tasks} 个任务`,
    },
    {
      field: '--task',
      hint: {
        en: 'Give one task for all models, or one per model in the same order.',
        zh: '请为全部模型指定一个任务，或按顺序逐一指定。',
      },
      exitCode: EXIT.usage,
    },
  );
