import type { OpenedRun } from '../evaluation/opened.ts';
import { settingOf } from '../evaluation/setting.ts';
import { EXIT, UserError } from '../ground/errors.ts';

/** A compared system: one model, with one run per seed. */
export interface System {
  readonly name: string;
  readonly runs: readonly OpenedRun[];
}

/**
 * Gathers runs that differ in their seed only into one system. Where all runs are of one model, each is a system.
 * Throws `not-comparable` unless there are two systems that answered the same examples.
 */
export function gatherSystems(runs: readonly OpenedRun[]): System[] {
  refuseUnlike(runs);
  const groups = new Map<string, OpenedRun[]>();
  for (const run of runs) {
    const { model, splitRule } = run.record;
    const key = JSON.stringify([model.id, settingOf(run.record), splitRule]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const systems = groups.size > 1 ? [...groups.values()] : runs.map((run) => [run]);
  for (const group of systems) refuseTwice(group);
  const names = nameSystems(systems.map(([run]) => run));
  return systems.map((group, i) => ({ name: names[i], runs: group }));
}

function refuseUnlike(runs: readonly OpenedRun[]): void {
  if (runs.length < 2) {
    throw new UserError(
      'not-comparable',
      { en: 'A comparison needs at least two runs', zh: '比较至少需要两个运行' },
      {
        hint: { en: '`chineseblue runs` lists kept runs.', zh: '`chineseblue runs` 列出已保存的运行。' },
        exitCode: EXIT.usage,
      },
    );
  }
  const identity = ({ record }: OpenedRun): string =>
    `${record.task.id} ${record.split}${record.source === 'primary' ? '' : ` (${record.source})`}`;
  const other = runs.find((run) => identity(run) !== identity(runs[0]));
  if (!other) return;
  throw new UserError(
    'not-comparable',
    {
      en: `These runs answered different examples: ${identity(runs[0])} and ${identity(other)}`,
      zh: `这些运行所答的样本不同：${identity(runs[0])} 与 ${identity(other)}`,
    },
    {
      file: other.directory,
      hint: { en: 'Compare runs of one task and one split.', zh: '请比较同一任务、同一划分的运行。' },
    },
  );
}

function refuseTwice(group: readonly OpenedRun[]): void {
  const seeds = group.map(({ record }) => record.seed);
  const twice = group.find(({ record }, i) => seeds.indexOf(record.seed) !== i);
  if (!twice) return;
  throw new UserError(
    'not-comparable',
    {
      en: `Two of these runs are the same model with the same seed ${twice.record.seed}`,
      zh: `其中两个运行的模型与种子（${twice.record.seed}）都相同`,
    },
    { file: twice.directory, hint: { en: 'Leave one of them out.', zh: '请去掉其中一个。' } },
  );
}

/** Suffix for the name of a model evaluated on a sample only; all systems are compared on the same examples. */
const PART = / \(\d+\/\d+\)$/;

/** The model's name if it is unique; else its id with the parameters that differ; else the id of the run. */
function nameSystems(runs: readonly OpenedRun[]): string[] {
  const names = runs.map(({ record }) => record.model.name.replace(PART, ''));
  const settings = new Map(runs.map((run) => [run, settingOf(run.record)]));
  return runs.map((run, i) => {
    const { model } = run.record;
    if (names.indexOf(names[i]) === names.lastIndexOf(names[i])) return names[i];
    const sisters = runs.filter((other) => other.record.model.id === model.id);
    const telling = Object.entries(settings.get(run) ?? {}).filter(([key, value]) =>
      sisters.some((other) => settings.get(other)?.[key] !== value),
    );
    const name = `${model.id}(${telling.map(([key, value]) => `${key}=${value}`).join(', ')})`;
    const shared = sisters.filter((other) =>
      telling.every(([key, value]) => settings.get(other)?.[key] === value),
    );
    return telling.length > 0 && shared.length === 1 ? name : run.record.id;
  });
}
