import { availableSplits } from '../datasets/dataset.ts';
import { foldSplits, type JudgedSplit, schemeOf } from '../datasets/schemes/registry.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { camel, type GivenParameters, kebab, parseParameters } from '../ground/parameters.ts';
import type { ModelKind, QuickLook } from '../models/contract.ts';
import type { ModelFile } from '../models/model-file.ts';
import { isUsedBy, unusedParameter } from '../models/only-for.ts';
import { findModel, modelKinds } from '../models/registry.ts';
import type { FamilyId } from '../tasks/examples.ts';
import { judgedSplit, type Task } from '../tasks/task.ts';
import type { Plan } from './plan.ts';

export interface PlanRequest extends Omit<Plan, 'task' | 'model' | 'modelFile' | 'seed' | 'split'> {
  readonly tasks: readonly Task[];
  /** Ids, names of groups (`quick`, `all-baselines`), or `kind:value` where the kind has a main parameter. */
  readonly models: readonly string[];
  /** The module that some of the kinds come from. */
  readonly modelFile?: ModelFile;
  readonly seeds: readonly number[];
  /** Default: the evaluation split of each task. */
  readonly split?: JudgedSplit;
  /** Cross-validation: the parts of train and dev in turn, instead of one split. */
  readonly folds?: boolean;
  /** Parameter values that are tried in turn, overriding those of `parameters`. Default: only `parameters`. */
  readonly grid?: readonly GivenParameters[];
}

export interface PlanList {
  readonly plans: readonly Plan[];
  /** Tasks whose evaluation split is not available. */
  readonly absent: readonly Task[];
  /** Notes of the kinds of the group `quick`, with the number of their evaluations. */
  readonly looks: readonly { readonly look: QuickLook; readonly evaluations: number }[];
}

/**
 * Every evaluation of tasks × splits × models × parameters × seeds that makes sense: a model only on families that it
 * serves, a model that no seed changes only once, values of parameters only where a model and the family of the task have
 * them, a task only where its split is present. Those on the same split of a task are adjacent.
 * Throws a UserError (usage) where nothing is left, and for parameters that no chosen kind has, accepts, or uses on any task.
 */
export function makePlans(request: PlanRequest): PlanList {
  const { tasks, models, seeds, modelFile, split, folds = false, grid = [{}], ...rest } = request;
  const chosen = models.flatMap(chooseModels);
  for (const point of grid) refuseUnknown({ ...rest.parameters, ...point }, chosen);
  const { dataDir: dir, source } = rest;
  const splitsOf = (task: Task): readonly JudgedSplit[] =>
    folds ? foldSplits : [split ?? judgedSplit(task)];
  const here = tasks.filter((task) => {
    const { scheme, part } = schemeOf(splitsOf(task)[0]);
    return availableSplits({ task, dir, source, scheme }).includes(part);
  });
  const families = [...new Set(here.map(({ family }) => family))];
  for (const point of grid) refuseUnused({ ...rest.parameters, ...point }, chosen, families);
  const firsts = new Set(
    here.filter((task, i) => here.findIndex(({ family }) => family === task.family) === i),
  );
  const counts = new Map<QuickLook, number>();
  const plansOf = (task: Task, judged: JudgedSplit): Plan[] =>
    chosen
      .filter(({ kind }) => kind.families.includes(task.family))
      .filter(({ look }) => !look?.oncePerFamily || firsts.has(task))
      .flatMap((choice) => {
        const { kind, look } = choice;
        const own = modelFile?.kinds.includes(kind) ? { modelFile: modelFile.path } : {};
        const evaluations = settingsOf(choice, task, rest.parameters, grid).flatMap((parameters) =>
          (kind.seeded ? seeds : seeds.slice(0, 1)).map(
            (seed): Plan => ({ ...rest, ...own, task, split: judged, model: kind.id, parameters, seed }),
          ),
        );
        if (look) counts.set(look, (counts.get(look) ?? 0) + evaluations.length);
        return evaluations;
      });
  const plans = here.flatMap((task) => splitsOf(task).flatMap((judged) => plansOf(task, judged)));
  const absent = tasks.filter((task) => !here.includes(task));
  if (plans.length === 0 && absent.length < tasks.length) throw nothingToRun(tasks);
  return { plans, absent, looks: Array.from(counts, ([look, evaluations]) => ({ look, evaluations })) };
}

/** The different parameters that a model gets on a task. Throws a UserError for those that it does not accept. */
function settingsOf(
  { kind, parameters, look }: Choice,
  { family }: Task,
  common: GivenParameters,
  grid: readonly GivenParameters[],
): GivenParameters[] {
  const settings = new Map<string, GivenParameters>();
  for (const point of grid) {
    const given = known(kind, family, { ...common, ...point });
    const complete = { ...look?.parameters?.(family), ...given, ...parameters };
    parseParameters(kind.parameters, complete, ownerOf(kind));
    settings.set(JSON.stringify(complete), complete);
  }
  return [...settings.values()];
}

interface Choice {
  readonly kind: ModelKind;
  readonly parameters: GivenParameters;
  /** How the group `quick` runs it. */
  readonly look?: QuickLook;
}

/** Names that stand for several models. */
const GROUPS: Readonly<Record<string, () => Choice[]>> = {
  quick: () =>
    modelKinds().flatMap((kind) => {
      const look = kind.quickLook?.();
      return look ? [{ kind, parameters: {}, look }] : [];
    }),
  'all-baselines': () =>
    modelKinds()
      .filter(({ baseline }) => baseline)
      .map((kind) => ({ kind, parameters: {} })),
};

const chooseModels = (name: string): Choice[] =>
  Object.hasOwn(GROUPS, name) ? GROUPS[name]() : [parseModel(name)];

/** `kind` or `kind:value`. */
export function parseModel(name: string): { kind: ModelKind; parameters: GivenParameters } {
  const colon = name.indexOf(':');
  const kind = findModel(colon < 0 ? name : name.slice(0, colon));
  if (colon < 0) return { kind, parameters: {} };
  if (kind.mainParameter) return { kind, parameters: { [kind.mainParameter]: name.slice(colon + 1) } };
  throw new UserError(
    'unknown-model',
    { en: `${kind.id} takes nothing after the colon`, zh: `${kind.id} 的冒号后不能有内容` },
    {
      hint: {
        en: 'Set parameters with --param name=value.',
        zh: '请用 --param name=value 设置参数。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** How messages about parameters name a kind. */
export const ownerOf = ({ id }: ModelKind) => ({ name: { en: `The model ${id}`, zh: `模型 ${id} ` } });

/** The parameters that a kind has, and uses for a family. */
const known = (kind: ModelKind, family: FamilyId, parameters: GivenParameters): GivenParameters =>
  Object.fromEntries(
    Object.entries(parameters).filter(
      ([name]) => Object.hasOwn(kind.parameters, name) && isUsedBy(family, name, kind.onlyFor),
    ),
  );

/** Throws a UserError `bad-parameter` for one that no chosen kind uses for any of the families that it serves. */
function refuseUnused(
  parameters: GivenParameters,
  chosen: readonly Choice[],
  families: readonly FamilyId[],
): void {
  for (const name of Object.keys(parameters)) {
    const kinds = chosen.map(({ kind }) => kind).filter((kind) => Object.hasOwn(kind.parameters, name));
    const asked = families.filter((family) => kinds.some((kind) => kind.families.includes(family)));
    if (asked.length === 0) continue;
    if (asked.some((family) => kinds.some((kind) => isUsedBy(family, name, kind.onlyFor)))) continue;
    const users = new Set(kinds.flatMap(({ onlyFor = {} }) => onlyFor[name] ?? []));
    throw unusedParameter(name, [...users], asked);
  }
}

function refuseUnknown(parameters: GivenParameters, chosen: readonly Choice[]): void {
  const unknown = Object.keys(parameters).find(
    (name) => !chosen.some(({ kind }) => Object.hasOwn(kind.parameters, name)),
  );
  if (unknown === undefined) return;
  if (chosen.length === 1) parseParameters(chosen[0].kind.parameters, parameters, ownerOf(chosen[0].kind));
  const lists = chosen.map(({ kind }) => ({
    id: kind.id,
    names: Object.keys(kind.parameters).map(kebab),
  }));
  throw new UserError(
    'unknown-parameter',
    {
      en: `None of the chosen models has a parameter "${kebab(unknown)}"`,
      zh: `所选模型均没有参数“${kebab(unknown)}”`,
    },
    {
      field: kebab(unknown),
      hint: {
        en: `${lists.map(({ id, names }) => `${id}: ${names.join(', ') || 'none'}`).join('; ')}.`,
        zh: `${lists.map(({ id, names }) => `${id}：${names.join('、') || '无'}`).join('；')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

function nothingToRun(tasks: readonly Task[]): UserError {
  const ids = tasks.map(({ id }) => id);
  const kinds = modelKinds();
  return new UserError(
    'nothing-to-run',
    {
      en: `None of these models serves ${ids.join(', ')}`,
      zh: `所选模型均不支持 ${ids.join('、')}`,
    },
    {
      hint: {
        en: `Models: ${kinds.map(({ id, families }) => `${id} (${families.join(', ')})`).join('; ')}.`,
        zh: `模型：${kinds.map(({ id, families }) => `${id}（${families.join('、')}）`).join('；')}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/**
 * `name=value` pairs as parameters by camelCase name; values stay text until a kind's specs read them.
 * Throws a UserError (usage) for anything else.
 */
export function parseAssignments(pairs: readonly string[]): GivenParameters {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals >= 1) return [camel(pair.slice(0, equals)), pair.slice(equals + 1)];
      throw new UserError(
        'bad-parameter',
        { en: `"${pair}" is not name=value`, zh: `“${pair}”不是 name=value 形式` },
        {
          hint: { en: 'For example --param c=0.5.', zh: '例如 --param c=0.5。' },
          exitCode: EXIT.usage,
        },
      );
    }),
  );
}

/** Every combination of the values of `name=value` pairs, where a name may be given several times. Throws as `parseAssignments`. */
export function parseGrid(pairs: readonly string[]): GivenParameters[] {
  const values = new Map<string, GivenParameters[]>();
  for (const pair of pairs) {
    const given = parseAssignments([pair]);
    const [name] = Object.keys(given);
    values.set(name, [...(values.get(name) ?? []), given]);
  }
  return [...values.values()].reduce<GivenParameters[]>(
    (grid, alternatives) => grid.flatMap((point) => alternatives.map((value) => ({ ...point, ...value }))),
    [{}],
  );
}
