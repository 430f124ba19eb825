import { resolve } from 'node:path';
import type { Plan } from '../evaluation/plan.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { kebab, text } from '../ground/parameters.ts';

export const SLURM = {
  slurm: text({
    placeholder: 'file',
    summary: {
      en: 'only write a script for `sbatch` that runs each evaluation as one task of a job array',
      zh: '仅写出 `sbatch` 脚本，作业数组的每个任务执行一次评测',
    },
  }),
};

/** The most that `MaxArraySize` allows by default. */
const MAX_TASKS = 1000;

/**
 * Writes a script of a Slurm job array, one evaluation per task, or several one after another where there are more than
 * `MAX_TASKS`. `$CHINESEBLUE` is the command, `chineseblue` if unset.
 * Throws a UserError (usage) for kinds that call a service, whose keys and limits stay in one process.
 */
export async function writeSlurm(file: string, plans: readonly Plan[]): Promise<void> {
  const { findModel } = await import('../models/registry.ts');
  const { writeAtomic } = await import('../ground/files.ts');
  const remote = plans.find(({ model, parameters }) => findModel(model).isRemote(parameters));
  if (remote) throw staysHere(remote);
  const cases = plans.map((plan, i) => `${i}) set -- ${argumentsOf(plan).map(quote).join(' ')} ;;`);
  const tasks = Math.min(plans.length, MAX_TASKS);
  const command = `\${CHINESEBLUE:-chineseblue} "$@"`;
  const lines = [
    '#!/bin/bash',
    '#SBATCH --job-name=chineseblue',
    `#SBATCH --array=0-${tasks - 1}`,
    '#SBATCH --cpus-per-task=1',
    'set -eu',
    'status=0',
    `for ((i = SLURM_ARRAY_TASK_ID; i < ${plans.length}; i += ${tasks})); do`,
    'case "$i" in',
    ...cases,
    'esac',
    // the last one replaces this shell, so that signals reach it
    `((i + ${tasks} < ${plans.length} || status > 0)) || exec ${command}`,
    `${command} || status=$?`,
    'done',
    'exit "$status"',
  ];
  await writeAtomic(file, `${lines.join('\n')}\n`);
}

/** The command line of one plan; paths are absolute. */
function argumentsOf(plan: Plan): string[] {
  const { task, model, modelFile, seed, split, source, limit, keepModel } = plan;
  const given: Record<string, string | undefined> = {
    '--task': task.id,
    '--model': model,
    '--model-file': modelFile && resolve(modelFile),
    '--seed': String(seed),
    '--split': split,
    '--source': source,
    '--limit': limit === undefined ? undefined : String(limit),
    '--data-dir': resolve(plan.dataDir),
    '--runs-dir': resolve(plan.root),
    '--jobs': '1',
  };
  const parameters = Object.entries(plan.parameters).map(([name, value]) => `${kebab(name)}=${value}`);
  return [
    'run',
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    ...(parameters.length > 0 ? ['--param', parameters.join(',')] : []),
    ...(keepModel ? ['--keep-model'] : []),
  ];
}

/** A word of a shell. */
const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const staysHere = ({ model }: Plan): UserError =>
  new UserError(
    'slurm-model',
    {
      en: `${model} calls a service and cannot be run by Slurm`,
      zh: `${model} 调用外部服务，不能由 Slurm 运行`,
    },
    {
      field: 'model',
      hint: { en: 'Run it without --slurm.', zh: '请去掉 --slurm 运行。' },
      exitCode: EXIT.usage,
    },
  );
