import { architectureOf } from '../architectures/registry.ts';
import { createTrained, type Trained } from './adamw.ts';
import type { TrainedModel, Weights } from './trainer.ts';

/** All parameters of a model in training. */
export interface ModelParameters {
  readonly trained: readonly Trained[];
  /** Current values of all parameters, trained and frozen, by name. */
  readonly weights: Weights;
  /** The values that are evaluated and kept: moving averages, or the same as `weights`. */
  readonly evaluated: Weights;
  /** Whether gradients of several passes are summed for an update. */
  readonly summed: boolean;
}

/** Allocates what training needs and copies the initial values into it. */
export function prepareParameters(
  { config, initial, isTrained }: TrainedModel,
  options: {
    readonly sum: boolean;
    readonly average: boolean;
    /** Embedding tables that the head uses, too. */
    readonly tied?: readonly string[];
  },
): ModelParameters {
  const { sum, average, tied = [] } = options;
  const tables = new Set(architectureOf(config).graph.tables.map(({ name }) => name));
  for (const name of tied) tables.delete(name);
  const wanted = [...initial].filter(([name]) => isTrained(name));
  const trained = createTrained(new Map(wanted.map(([name, { shape }]) => [name, shape])), {
    sum,
    average,
    isTable: (name) => tables.has(name),
  });
  const weights = Object.fromEntries(Array.from(initial, ([name, { data }]) => [name, data]));
  const evaluated = { ...weights };
  for (const { name, value, average: mean } of trained) {
    value.data.set(weights[name]);
    mean?.data.set(weights[name]);
    weights[name] = value.data;
    evaluated[name] = (mean ?? value).data;
  }
  return { trained, weights, evaluated, summed: sum };
}

/** The weight decay of a parameter: biases and layer norms have none. */
export function weightDecayOf({ config }: TrainedModel, weightDecay: number): (name: string) => number {
  const { decays } = architectureOf(config).parameters;
  return (name) => (decays(name) ? weightDecay : 0);
}
