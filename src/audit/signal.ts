import { divideByGroup } from '../corpora/carve.ts';
import type { Split } from '../corpora/corpus.ts';
import type { Parameters } from '../models/model.ts';
import { findModel } from '../models/registry.ts';
import { bootstrapDifference } from '../statistics/paired.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example, FamilyId, Prediction } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { countUnits, groupAnswers, sumCounts } from '../tasks/units.ts';
import { chanceScore } from './chance.ts';

/** The simple model whose cross-validated answers show whether the labels follow from the text at all. */
const WITNESS: Readonly<Record<FamilyId, { readonly model: string; readonly parameters: Parameters }>> = {
  ner: { model: 'lexicon', parameters: {} },
  similarity: { model: 'linear', parameters: {} },
  inference: { model: 'linear', parameters: {} },
  classification: { model: 'linear', parameters: {} },
  multilabel: { model: 'linear', parameters: {} },
  ranking: { model: 'bm25', parameters: {} },
  relation: { model: 'lexicon', parameters: {} },
  dialogue: { model: 'lexicon', parameters: {} },
};

const FOLDS = 4;
const SEED = 0;
/** Below this gain over the better of majority and chance a task is flagged. */
export const WEAK_GAIN = 0.05;

/** How much of one split's gold a simple model, the commonest answer and guessing get right. */
export interface SignalRow {
  readonly split: SplitName;
  readonly convention: string;
  readonly witness: string;
  readonly witnessScore: number;
  readonly majority: number;
  readonly chance: number;
  /** 95 % interval of witness minus majority. */
  readonly gain: readonly [low: number, high: number];
  /** The gain over majority and chance may be smaller than `WEAK_GAIN`. */
  readonly weak: boolean;
}

/** Answers to every example of a split, each by a model that was fitted on the other folds of the same split. */
async function crossValidate(
  task: Task,
  examples: readonly Example[],
  model: string,
  parameters: Parameters,
): Promise<Prediction[]> {
  const kind = findModel(model);
  const answers = new Map<string, Prediction>();
  for (const held of divideByGroup(examples, FOLDS, SEED)) {
    const ids = new Set(held.map(({ id }) => id));
    const train = examples.filter(({ id }) => !ids.has(id));
    const fitted = await kind.fit({
      task,
      train,
      dev: [],
      seed: SEED,
      parameters: { ...kind.defaults, ...parameters },
    });
    const predictions = await fitted.predict(held.map(({ input }) => input));
    for (const [i, { id }] of held.entries()) answers.set(id, predictions[i]);
  }
  return examples.map(({ id }) => answers.get(id) as Prediction);
}

/** What `measureSignal` found out, with the answers of the witness for those who want to look further. */
export interface Signal {
  readonly rows: readonly SignalRow[];
  readonly predictions: readonly Prediction[];
}

/**
 * Cross-validates the family's simple model and the commonest answer on one split itself, groups kept
 * together, and scores both beside guessing under the given conventions.
 */
export async function measureSignal(
  task: Task,
  split: Split,
  conventions: readonly string[],
): Promise<Signal> {
  const { examples, name } = split;
  const { model, parameters } = WITNESS[task.family];
  const witness = await crossValidate(task, examples, model, parameters);
  const commonest = await crossValidate(task, examples, 'majority', {});
  const rows = conventions.flatMap((id): SignalRow[] => {
    const convention = findConvention(id);
    const metric = convention.metric(task);
    if ('whole' in metric) return [];
    const countsOf = (predictions: readonly Prediction[]): Float64Array =>
      countUnits(metric, [...groupAnswers(task, examples, predictions).values()]);
    const [a, b] = [countsOf(witness), countsOf(commonest)];
    const witnessScore = metric.value(sumCounts(a, metric.width));
    const majority = metric.value(sumCounts(b, metric.width));
    const chance = chanceScore(task, examples, convention);
    const { low, high } = bootstrapDifference(a, b, metric.width, metric.value, { seed: SEED });
    const floor = Math.max(majority, Number.isNaN(chance) ? 0 : chance);
    // The interval is that of the difference from majority; where chance is the higher floor it moves along.
    return [
      {
        split: name,
        convention: id,
        witness: model,
        witnessScore,
        majority,
        chance,
        gain: [low, high],
        weak: low - (floor - majority) < WEAK_GAIN,
      },
    ];
  });
  return { rows, predictions: witness };
}
