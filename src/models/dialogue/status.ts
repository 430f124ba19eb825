import type { SymptomStatus, Turn } from '../../tasks/families/dialogue/types.ts';
import type { FeatureWeight } from '../shared/crf/explain.ts';
import { learnFeatures, type NamedFeatures, restoreFeatures } from '../shared/features/named.ts';
import { fitLogistic, type LogisticModel, probabilities } from '../shared/logistic/logistic.ts';
import { STATUSES } from '../shared/mentions/statuses.ts';
import { describeStatusFeature } from './describe.ts';
import { type Asked, statusFeatures } from './status-features.ts';

/** Features of fewer mentions than this are left out. */
const CUTOFF = 2;

/** The mentions of one dialogue that have a name; in training, with their statuses. */
export interface AskedDialogue {
  readonly turns: readonly Turn[];
  readonly asked: readonly Asked[];
}

export interface StatusModel {
  readonly features: NamedFeatures;
  readonly logistic: LogisticModel;
}

const bags = function* (dialogues: readonly AskedDialogue[]): Generator<Generator<string>> {
  for (const { turns, asked } of dialogues) for (const one of asked) yield statusFeatures(turns, one, asked);
};

/** Learns statuses, one a mention in the order of the dialogues, by logistic regression (`c` as in scikit-learn). */
export async function learnStatus(
  dialogues: readonly AskedDialogue[],
  statuses: readonly SymptomStatus[],
  c: number,
  signal?: AbortSignal,
): Promise<StatusModel> {
  if (statuses.length === 0) {
    const logistic: LogisticModel = {
      outputs: STATUSES.length,
      link: 'softmax',
      weights: new Float32Array(0),
      intercepts: new Float64Array(STATUSES.length),
    };
    return { features: restoreFeatures([]), logistic };
  }
  const features = learnFeatures(bags(dialogues), CUTOFF);
  const rows = features.rows(bags(dialogues));
  const targets = new Float64Array(statuses.length * STATUSES.length);
  statuses.forEach((status, row) => {
    targets[row * STATUSES.length + STATUSES.indexOf(status)] = 1;
  });
  const fit = await fitLogistic({ rows, outputs: STATUSES.length, link: 'softmax', targets, c, signal });
  return { features, logistic: fit.model };
}

/** The probability of every status in the order of `STATUSES`, one row per mention. */
export function statusProbabilities(model: StatusModel, dialogue: AskedDialogue): Float64Array {
  return probabilities(model.logistic, model.features.rows(bags([dialogue])));
}

/** The heaviest features of a status of a mention. */
export function statusFeatureWeights(
  { features, logistic }: StatusModel,
  { turns, asked }: AskedDialogue,
  one: Asked,
  status: SymptomStatus,
): FeatureWeight[] {
  const output = STATUSES.indexOf(status);
  return [...new Set(statusFeatures(turns, one, asked))]
    .flatMap((feature) => {
      const column = features.column(feature);
      return column === undefined
        ? []
        : [
            {
              feature: describeStatusFeature(feature),
              weight: logistic.weights[column * STATUSES.length + output],
            },
          ];
    })
    .sort((a, b) => b.weight - a.weight);
}
