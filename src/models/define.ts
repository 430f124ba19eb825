import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { FamilyId } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import type { FitRequest, ModelKind, Parameters, Predictor } from './contract.ts';

/** One way to fit a family; a kind has one for every family that it serves. */
export type Fits = { readonly [F in FamilyId]?: (request: FitRequest<F>) => Promise<Predictor<F>> };

/** What a kind does, in a module that is imported when it is first used. */
export interface Implementation {
  readonly fits: Fits;
  /** `parameters` has only such as `KindDescription.answering` names. */
  load?(file: string, task: Task, parameters: Parameters): Promise<Predictor>;
}

export interface KindDescription {
  readonly id: string;
  readonly summary: Text;
  readonly families: readonly FamilyId[];
  readonly defaults: Parameters;
  readonly seeded: boolean;
  readonly slow?: ModelKind['slow'];
  readonly mainParameter?: string;
  /** Parameters that decide only how a kept model answers, not what it learnt: they may be others when it is loaded. */
  readonly answering?: readonly string[];
  readonly startingPoint?: ModelKind['startingPoint'];
  readonly implementation: () => Promise<Implementation>;
}

/**
 * A kind whose implementation loads when it is needed, with what every kind checks: parameters have known
 * names and fitting types, the family is served, there is something to train on. UserError otherwise.
 */
export function defineKind(description: KindDescription): ModelKind {
  const { id, families, defaults, implementation, answering = [], ...rest } = description;
  return {
    ...rest,
    id,
    families,
    defaults,
    async fit<F extends FamilyId>(request: FitRequest<F>): Promise<Predictor<F>> {
      const { task, train } = request;
      if (!families.includes(task.family)) throw notServed(id, families, task);
      const parameters = completeParameters(id, defaults, request.parameters);
      if (train.length === 0) {
        throw new UserError('empty-train', `The model ${id} cannot learn ${task.id} from no example`, {
          hint: 'Check that the train split of the corpus is present and not empty.',
        });
      }
      request.signal?.throwIfAborted();
      const fitFamily = (await implementation()).fits[task.family] as unknown as (
        r: FitRequest<F>,
      ) => Promise<Predictor<F>>;
      return fitFamily({ ...request, parameters });
    },
    async load(file, task, given = {}) {
      if (!families.includes(task.family)) throw notServed(id, families, task);
      const { load } = await implementation();
      if (!load) {
        throw new UserError('cannot-load', `A model of kind ${id} is not kept in a file`, {
          file,
          hint: 'Fit it again: it is quick.',
        });
      }
      const complete = completeParameters(id, defaults, given);
      for (const name of Object.keys(given)) {
        if (answering.includes(name)) continue;
        throw new UserError('fixed-parameter', `${name} was decided when the model was fitted`, {
          field: name,
          hint:
            answering.length > 0
              ? `Of a kept model of kind ${id}, these can be chosen: ${answering.join(', ')}.`
              : `Nothing of a kept model of kind ${id} can be chosen.`,
          exitCode: EXIT.usage,
        });
      }
      return load(file, task, Object.fromEntries(Object.keys(given).map((name) => [name, complete[name]])));
    },
  };
}

function notServed(id: string, families: readonly FamilyId[], task: Task): UserError {
  return new UserError(
    'family-not-served',
    `The model ${id} does not do ${task.family}, the family of ${task.id}`,
    {
      hint: `It does ${families.join(', ')}.`,
      exitCode: EXIT.usage,
    },
  );
}

/** The defaults, overridden by what was given; text becomes a number or a boolean where the default is one. */
function completeParameters(id: string, defaults: Parameters, given: Parameters): Parameters {
  const complete: Record<string, number | string | boolean> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const fallback = defaults[name];
    if (fallback === undefined) {
      const names = Object.keys(defaults);
      throw new UserError('unknown-parameter', `The model ${id} has no parameter ${name}`, {
        field: name,
        hint: names.length > 0 ? `It has ${names.join(', ')}.` : 'It has none.',
        exitCode: EXIT.usage,
      });
    }
    const read = typeof fallback === typeof value ? value : convert(String(value), typeof fallback);
    if (read === undefined || (typeof read === 'number' && !Number.isFinite(read))) {
      throw new UserError(
        'bad-parameter',
        `The parameter ${name} of ${id} is not a ${typeof fallback}: ${value}`,
        {
          field: name,
          hint: `Its default is ${fallback}.`,
          exitCode: EXIT.usage,
        },
      );
    }
    complete[name] = read;
  }
  return complete;
}

function convert(value: string, type: string): number | string | boolean | undefined {
  if (type === 'string') return value;
  if (type === 'number') return value.trim() === '' ? undefined : Number(value);
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
