import { splitsAtHand } from '../datasets/dataset.ts';
import { schemeOf } from '../datasets/schemes/registry.ts';
import { namedModels } from '../encoders/folder/find.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import type { ModelKind, Parameters } from '../models/contract.ts';
import { findModel, modelKinds } from '../models/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { Plan } from './evaluate.ts';
import { QUICK_LOOK, type QuickLook, SHIPPED_MODEL } from './quick-look.ts';

/** Names that stand for several models; `quick` has `QUICK_LOOK` too. */
export const MODEL_GROUPS: Readonly<Record<string, readonly string[]>> = {
  quick: ['majority', 'linear', 'lexicon', 'bm25', 'relation'],
  'all-baselines': modelKinds.map(({ id }) => id).filter((id) => id !== 'bert'),
};

export interface PlanRequest extends Omit<Plan, 'task' | 'model' | 'seed'> {
  readonly tasks: readonly Task[];
  /** Ids, names of groups, or `kind:value` where the kind takes one main parameter (`bert:DIR`). */
  readonly models: readonly string[];
  readonly seeds: readonly number[];
}

export interface PlanList {
  readonly plans: readonly Plan[];
  /** Tasks whose judged split is not here. */
  readonly absent: readonly Task[];
}

/**
 * Every evaluation of tasks × models × seeds that makes sense: a model only on families that it answers, a
 * model that no seed changes only once, a task only where its split is at hand.
 * Throws a UserError (usage) where nothing is left.
 */
export function makePlans(request: PlanRequest): PlanList {
  const { tasks, models, seeds, ...rest } = request;
  const chosen = models.flatMap(chooseModels);
  const { scheme, part } = schemeOf(rest.split);
  const here = tasks.filter((task) => splitsAtHand({ task, dir: rest.dataDir, scheme }).includes(part));
  const firsts = new Set(
    here.filter((task, i) => here.findIndex(({ family }) => family === task.family) === i),
  );
  const plans = here.flatMap((task) =>
    chosen
      .filter(
        ({ kind, quickLook }) => kind.families.includes(task.family) && (!quickLook || firsts.has(task)),
      )
      .map(({ kind, parameters, quickLook }) => ({
        kind,
        parameters: { ...quickLook?.[task.family], ...known(kind, rest.parameters), ...parameters },
      }))
      .flatMap(({ kind, parameters }) =>
        (kind.seeded ? seeds : seeds.slice(0, 1)).map(
          (seed): Plan => ({
            ...rest,
            task,
            model: kind.id,
            parameters,
            seed,
          }),
        ),
      ),
  );
  const absent = tasks.filter((task) => !here.includes(task));
  if (plans.length === 0 && absent.length < tasks.length) {
    throw new UserError(
      'nothing-to-run',
      `None of these models answers ${tasks.map(({ id }) => id).join(', ')}`,
      {
        hint: `Models: ${modelKinds.map(({ id, families }) => `${id} (${families.join(', ')})`).join('; ')}.`,
        exitCode: EXIT.usage,
      },
    );
  }
  for (const name of Object.keys(rest.parameters)) {
    if (!chosen.some(({ kind }) => name in kind.defaults)) {
      throw new UserError('unknown-parameter', `No chosen model has a parameter "${name}"`, {
        hint: chosen
          .map(({ kind }) => `${kind.id}: ${Object.keys(kind.defaults).join(', ') || 'none'}`)
          .join('; '),
        exitCode: EXIT.usage,
      });
    }
  }
  return { plans, absent };
}

interface Choice {
  readonly kind: ModelKind;
  readonly parameters: Parameters;
  /** Parameters by family, of a model that is only tried on the first task of each. */
  readonly quickLook?: QuickLook;
}

function chooseModels(name: string): Choice[] {
  const choices = (MODEL_GROUPS[name] ?? [name]).map(parseModel);
  const shipped = name === 'quick' && namedModels().some((model) => model.name === SHIPPED_MODEL);
  return shipped ? [...choices, { ...parseModel(`bert:${SHIPPED_MODEL}`), quickLook: QUICK_LOOK }] : choices;
}

/** `kind` or `kind:value`. */
export function parseModel(name: string): { kind: ModelKind; parameters: Parameters } {
  const colon = name.indexOf(':');
  const kind = findModel(colon < 0 ? name : name.slice(0, colon));
  if (colon < 0) return { kind, parameters: {} };
  if (!kind.mainParameter) {
    throw new UserError('unknown-model', `${kind.id} takes nothing after the colon`, {
      hint: 'Give parameters with --param name=value.',
      exitCode: EXIT.usage,
    });
  }
  return { kind, parameters: { [kind.mainParameter]: name.slice(colon + 1) } };
}

const known = (kind: ModelKind, parameters: Parameters): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => name in kind.defaults));

/**
 * `name=value` pairs as parameters: numbers and booleans are read as such.
 * Throws a UserError (usage) for anything else.
 */
export function parseParameters(pairs: readonly string[]): Parameters {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) {
        throw new UserError('bad-parameter', `"${pair}" is not name=value`, {
          hint: 'For example --param c=0.5.',
          exitCode: EXIT.usage,
        });
      }
      return [pair.slice(0, equals), parseValue(pair.slice(equals + 1))];
    }),
  );
}

function parseValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

/** Comma-separated seeds: non-negative integers. */
export function parseSeeds(parts: readonly string[]): number[] {
  return parts.map((part) => {
    const seed = Number(part);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new UserError('bad-seed', `"${part}" is not a seed`, {
        hint: 'Seeds are whole numbers from 0.',
        exitCode: EXIT.usage,
      });
    }
    return seed;
  });
}
