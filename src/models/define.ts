import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import {
  AUTO,
  type GivenParameters,
  kebab,
  type ParameterSpecs,
  type ParameterValue,
  type Parsed,
  parseParameters,
  type Resolved,
} from '../ground/parameters.ts';
import type { Answer } from '../tasks/answer.ts';
import type { FamilyId, Prediction } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { CONTRACT, type Fit, type ModelDefinition, type ModelKind } from './contract.ts';
import { refuseUnused } from './only-for.ts';

/**
 * A kind of model from its definition, with what every kind checks: the contract is the one of this version, the
 * family is supported, parameters have known names and valid values, and there are training examples.
 * Throws a UserError otherwise; each of its members does too.
 *
 * @example
 * ```ts
 * import { defineModel } from 'chineseblue';
 *
 * export const firstLabel = defineModel({
 *   contract: 1,
 *   id: 'first-label',
 *   version: 1,
 *   summary: { en: 'The first label', zh: '第一个标签' },
 *   families: ['classification'],
 *   parameters: {},
 *   seeded: false,
 *   capabilities: { save: false, load: false, explain: false, embed: false },
 *   implementation: async () => ({
 *     fit: {
 *       classification: async ({ task }) => ({
 *         answer: async (inputs, { onAnswer }) =>
 *           inputs.forEach((_, i) => onAnswer(i, { raw: { label: task.labels[0].id } })),
 *       }),
 *     },
 *   }),
 * });
 * ```
 */
export function defineModel<S extends ParameterSpecs>(definition: ModelDefinition<S>): ModelKind {
  const { contract, id, parameters: specs, onlyFor = {}, remote = false, untrained } = definition;
  const { implementation } = definition;
  requireContract(id, contract);
  const owner: Text = { en: `The model ${id}`, zh: `模型 ${id} ` };
  const parse = (given: GivenParameters): Parsed<S> => parseParameters(specs, given, { name: owner });
  /** For a kept model, no parameter is required. */
  const parseOptional = (given: GivenParameters): Record<string, unknown> =>
    parseParameters(optionalSpecs(specs), given, { name: owner });
  const resolve: ModelKind['resolve'] = async (given, context) => {
    requireFamily(definition, context.task);
    return plain(await resolved(given, context.task));
  };
  const resolved = async (given: GivenParameters, task: Task): Promise<Resolved<S>> => {
    const parsed = parse(given);
    refuseUnused(specs, onlyFor, parsed, task.family);
    const values = (await definition.resolve?.(parsed, { task })) ?? parsed;
    if (isResolved<S>(values)) return values;
    throw new Error(`The model ${id} left a parameter on auto`);
  };
  const kind: ModelKind = {
    ...describing(definition),
    quickLook: definition.quickLook && (() => definition.quickLook?.()),
    interprets: definition.interpret !== undefined,
    resolve,
    startingPoint: async (given) => (await definition.startingPoint?.(parse(given))) ?? '',
    destination: async (given) => definition.destination?.(parse(given)),
    variant: (given) => definition.variant?.(parse(given)) ?? '',
    isRemote: (given) => (typeof remote === 'function' ? remote(parse(given)) : remote),
    interpret: (raw, input, task) => definition.interpret?.(raw, input, task) ?? plainAnswer(raw),
    repeats: (raw) => definition.repeats?.(raw) ?? [],
    conversations: async (directory, replies) => definition.conversations?.(directory, replies),
    async fit(request) {
      const { task, train } = request;
      requireFamily(definition, task);
      const parameters = await resolved(request.parameters, task);
      if (train.length === 0 && !untrained) throw emptyTrain(id, task);
      request.signal?.throwIfAborted();
      const fit: Fit<FamilyId, Resolved<S>> | undefined = (await implementation()).fit[task.family];
      if (!fit) throw new Error(`The model ${id} has no way to fit ${task.family}`);
      return fit({ ...request, parameters });
    },
    async estimate(request, inputs) {
      const { estimate } = await implementation();
      if (!estimate) return (await kind.fit(request)).estimate?.(inputs);
      return estimate({ ...request, parameters: await resolved(request.parameters, request.task) }, inputs);
    },
    async load(path, task, given = {}) {
      requireFamily(definition, task);
      const { load } = await implementation();
      if (!load) throw cannotLoad(id, path);
      const parsed = Object.entries(parseOptional(given));
      requireAnswering(id, specs, given);
      const chosen = parsed.filter(([name, value]) => Object.hasOwn(given, name) && value !== AUTO);
      return load(path, task, Object.fromEntries(chosen) as Partial<Resolved<S>>);
    },
  };
  return kind;
}

/** What a kind says of itself. */
function describing<S extends ParameterSpecs>(definition: ModelDefinition<S>) {
  const { contract, id, version, summary, families, lacks, parameters, onlyFor } = definition;
  const { mainParameter, membersParameter, seeded, capabilities, baseline, slow, untrained } = definition;
  return {
    ...{ contract, id, version, summary, families, lacks, parameters, onlyFor, mainParameter },
    ...{ membersParameter, seeded, capabilities, baseline, slow, untrained },
  };
}

/** A reply that is the prediction itself, or says why there is none. */
function plainAnswer(raw: unknown): Answer {
  if (typeof raw === 'object' && raw !== null && 'failure' in raw)
    return { status: 'missing', reason: String(raw.failure), failed: true };
  return { status: 'answered', prediction: raw as Prediction };
}

/** Throws a UserError `other-contract` for a kind that was written for another version of the contract. */
export function requireContract(id: string, contract: unknown, file?: string): void {
  if (contract === CONTRACT) return;
  throw new UserError(
    'other-contract',
    {
      en: `The model ${id} was written for version ${contract} of the model contract; this is version ${CONTRACT}`,
      zh: `模型 ${id} 按模型接口第 ${contract} 版编写，当前为第 ${CONTRACT} 版`,
    },
    {
      file,
      field: 'contract',
      hint: {
        en: `Adapt the model to version ${CONTRACT} and set contract: ${CONTRACT}.`,
        zh: `请将该模型改写为第 ${CONTRACT} 版，并设置 contract: ${CONTRACT}。`,
      },
    },
  );
}

function requireFamily(
  { id, families, lacks = {} }: Pick<ModelKind, 'id' | 'families' | 'lacks'>,
  task: Task,
): void {
  if (families.includes(task.family)) return;
  const why = lacks[task.family];
  throw new UserError(
    'family-not-served',
    {
      en: `The model ${id} does not serve ${task.family}, the family of ${task.id}`,
      zh: `模型 ${id} 不支持任务族 ${task.family}（${task.id}）`,
    },
    {
      hint: {
        en: `${why ? `${why.en} ` : ''}It serves ${families.join(', ')}.`,
        zh: `${why?.zh ?? ''}支持的任务族：${families.join('、')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

function emptyTrain(id: string, task: Task): UserError {
  return new UserError(
    'empty-train',
    {
      en: `The model ${id} cannot be trained on ${task.id} without examples`,
      zh: `没有训练样本，模型 ${id} 无法学习 ${task.id}`,
    },
    {
      hint: {
        en: 'Check that the train split of the corpus is present and not empty.',
        zh: '请检查语料的 train 划分是否存在且不为空。',
      },
    },
  );
}

function cannotLoad(id: string, file: string): UserError {
  return new UserError(
    'cannot-load',
    { en: `Models of kind ${id} cannot be loaded from a file`, zh: `${id} 类模型不能从文件加载` },
    { file, hint: { en: 'Fit it again.', zh: '请重新训练。' } },
  );
}

/** For a fitted model, only inference parameters can be set. */
function requireAnswering(id: string, specs: ParameterSpecs, given: GivenParameters): void {
  const fixed = Object.keys(given).find((name) => !specs[name]?.answering);
  if (fixed === undefined) return;
  const free = Object.keys(specs)
    .filter((name) => specs[name].answering)
    .map(kebab);
  throw new UserError(
    'fixed-parameter',
    {
      en: `${kebab(fixed)} was fixed when the model was fitted`,
      zh: `参数 ${kebab(fixed)} 已在训练时确定`,
    },
    {
      field: kebab(fixed),
      hint:
        free.length > 0
          ? {
              en: `For a fitted model of kind ${id} you can set ${free.join(', ')}.`,
              zh: `已训练的 ${id} 类模型可设置：${free.join('、')}。`,
            }
          : {
              en: `A fitted model of kind ${id} has no parameters to set.`,
              zh: `已训练的 ${id} 类模型没有可设置的参数。`,
            },
      exitCode: EXIT.usage,
    },
  );
}

const optionalSpecs = (specs: ParameterSpecs): ParameterSpecs =>
  Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, { ...spec, required: false }]));

/** As plain data, without parameters that are neither given nor have a default. */
const plain = (values: Readonly<Record<string, unknown>>): GivenParameters =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, ParameterValue] => entry[1] !== undefined),
  );

/** Whether nothing is left on `auto`. */
const isResolved = <S extends ParameterSpecs>(values: Parsed<S> | Resolved<S>): values is Resolved<S> =>
  Object.values(values).every((value) => value !== AUTO);
