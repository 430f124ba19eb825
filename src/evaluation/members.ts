import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Division, JudgedSplit } from '../datasets/dataset.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import { type GivenParameters, kebab } from '../ground/parameters.ts';
import type { Member, ModelKind } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import type { Task } from '../tasks/task.ts';
import { findRun } from './opened.ts';
import { pathsOf, readRun, type StoredRun } from './store.ts';

/** Where members are searched, and what they must agree with. */
export interface MembersRequest {
  readonly task: Task;
  readonly split: JudgedSplit;
  readonly splits: Division;
  /** Where runs are kept, for those that are named by id. */
  readonly root: string;
}

/** The runs that a kind is made of. */
export interface Members {
  /** Parameters with the names of members replaced by run ids. */
  readonly parameters: GivenParameters;
  readonly members: readonly Member[];
  /** Hash of the members' predictions. */
  readonly sha256: string;
}

/**
 * The kept runs that a kind's `membersParameter` names; undefined for a kind without one. Throws a UserError for a run of
 * another task, split or corpus (`other-task`, `other-split`, `other-corpus`), for one whose model was not kept
 * (`model-not-kept`), and for fewer than two (`too-few-members`).
 */
export async function openMembers(
  { membersParameter: name }: ModelKind,
  parameters: GivenParameters,
  request: MembersRequest,
): Promise<Members | undefined> {
  if (name === undefined) return undefined;
  const field = kebab(name);
  const names = String(parameters[name])
    .split(/[+,]/)
    .map((one) => one.trim());
  const directories = names.filter((one) => one !== '').map((one) => findRun(one, request.root));
  const runs: StoredRun[] = [];
  for (const directory of new Set(directories)) {
    const run = await readRun(directory);
    requireFitting(run, request, field);
    runs.push(run);
  }
  if (runs.length < 2) throw tooFew(runs.length, field);
  const ids = runs.map(({ record }) => record.id);
  const predictions = runs.map(({ record }) => record.files.predictions);
  return {
    parameters: { ...parameters, [name]: ids.join('+') },
    members: runs.map((run) => memberOf(run, request.task)),
    sha256: createHash('sha256').update(predictions.join()).digest('hex'),
  };
}

function memberOf({ directory, record }: StoredRun, task: Task): Member {
  const kind = findModel(record.model.id);
  return { name: record.id, kind, load: () => kind.load(pathsOf(directory).model, task) };
}

function requireFitting(
  { directory, record }: StoredRun,
  { task, split, splits }: MembersRequest,
  field: string,
): void {
  const { record: file, model } = pathsOf(directory);
  const refuse = (code: string, message: Text, hint: Text): UserError =>
    new UserError(code, message, { file, field, hint, exitCode: EXIT.usage });
  if (record.task.id !== task.id)
    throw refuse(
      'other-task',
      {
        en: `The run ${record.id} is of task ${record.task.id}, not ${task.id}`,
        zh: `运行 ${record.id} 的任务是 ${record.task.id}，而非 ${task.id}`,
      },
      { en: 'All members must be of the same task.', zh: '所有成员须为同一任务。' },
    );
  if (record.split !== split || record.splitRule !== splits.rule.en)
    throw refuse(
      'other-split',
      {
        en: `The run ${record.id} was evaluated on ${record.split} (${record.splitRule}), not on ${split} (${splits.rule.en})`,
        zh: `运行 ${record.id} 的评测划分是 ${record.split}（${record.splitRule}），而非 ${split}（${splits.rule.en}）`,
      },
      {
        en: 'Its model may have been trained on the examples evaluated here: run it with the same --split.',
        zh: '其模型可能学过此处评测的数据：请用相同的 --split 运行。',
      },
    );
  const here = new Map(splits.files.map(({ path, sha256 }) => [path, sha256]));
  const other = record.corpus.find(({ path, sha256 }) => here.get(path) !== sha256);
  if (other || record.corpus.length !== here.size)
    throw refuse(
      'other-corpus',
      {
        en: `The run ${record.id} was made with another corpus${other ? `: ${other.path} differs` : ''}`,
        zh: `运行 ${record.id} 使用的语料不同${other ? `：${other.path} 不一致` : ''}`,
      },
      { en: 'Run it with the corpus that is available here.', zh: '请用当前语料重新运行。' },
    );
  if (!existsSync(model))
    throw refuse(
      'model-not-kept',
      { en: `The run ${record.id} did not keep its model`, zh: `运行 ${record.id} 未保存模型` },
      {
        en: 'Run the same command again with --keep-model: it keeps the model beside the run.',
        zh: '请在同一命令后加 --keep-model 再次运行，模型会保存在该运行旁。',
      },
    );
}

const tooFew = (count: number, field: string): UserError =>
  new UserError(
    'too-few-members',
    {
      en: `Nothing to combine: distinct runs given: ${count}`,
      zh: `没有可组合的内容：只给出了 ${count} 个不同的运行`,
    },
    {
      field,
      hint: { en: 'Name two or more, joined by +.', zh: '请给出两个或更多运行，以 + 连接。' },
      exitCode: EXIT.usage,
    },
  );
