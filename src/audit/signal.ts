import { divideByGroup, heldBySeed, splitBySeed } from '../datasets/schemes/carve.ts';
import type { Split } from '../datasets/split.ts';
import { type Grouped, renumberUnits, unitsOf } from '../datasets/units.ts';
import type { Text } from '../ground/language.ts';
import { collectAnswers, predictionOf } from '../models/answers.ts';
import type { ModelKind } from '../models/contract.ts';
import { findModel } from '../models/registry.ts';
import { devScore } from '../scoring/dev-score.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { type Gain, measureGains } from './gain.ts';

/**
 * Simple models whose answers show whether the labels follow from the text at all: of those that can
 * answer a family, the first is taken.
 */
const WITNESSES = ['linear', 'lexicon', 'bm25', 'relation', 'majority'] as const;

const witnessOf = (task: Task): ModelKind => {
  const kinds = WITNESSES.map(findModel);
  return kinds.find(({ families }) => families.includes(task.family)) ?? kinds[kinds.length - 1];
};

/** Number of folds, or of independent units if these are fewer. */
const FOLDS = 4;
const SEED = 0;
/** Larger splits are sampled, whole groups: what follows from the text shows in this many examples. */
export const MOST_JUDGED = 2500;
/** Below this gain over the better of a constant answer and chance a task is flagged. */
export const WEAK_GAIN = 0.05;

/** The train split; or, where that is not at hand, the other folds of the examples that are answered. */
export type FittedOn =
  | {
      readonly from: 'train';
      readonly examples: number;
      /** Of how many these are a sample; absent if they are all. */
      readonly of?: number;
    }
  | { readonly from: 'folds'; readonly folds: number };

/** `train (1683)`, `train (20000 of 700000)`, `the other 3 of 4 folds of test`. */
export function fittedOnText({ fittedOn, split }: Pick<SignalRow, 'fittedOn' | 'split'>): Text {
  if (fittedOn.from === 'folds') {
    const { folds } = fittedOn;
    return {
      en: `the other ${folds - 1} of ${folds} folds of ${split}`,
      zh: `${split} 的 ${folds} 折交叉验证`,
    };
  }
  const { examples, of } = fittedOn;
  if (of === undefined) return { en: `train (${examples})`, zh: `train（${examples} 条）` };
  return { en: `train (${examples} of ${of})`, zh: `train（${of} 条中的 ${examples} 条）` };
}

/** How much of one split's gold a simple model, the best constant answer and guessing get right. */
export interface SignalRow extends Omit<Gain, 'score'> {
  readonly split: SplitName;
  readonly examples: number;
  readonly witness: string;
  /** What the witness was fitted on. */
  readonly fittedOn: FittedOn;
  readonly witnessScore: number;
  /** The gain may be smaller than `WEAK_GAIN`. */
  readonly weak: boolean;
}

/** Fits a witness as `run` fits it by default, and answers other examples. */
async function answersOf(
  task: Task,
  kind: ModelKind,
  { train, dev, signal }: Learning,
  asked: readonly Example[],
): Promise<(Prediction | undefined)[]> {
  const fitted = await kind.fit({
    task,
    train,
    dev,
    seed: SEED,
    parameters: {},
    score: devScore(task),
    signal,
  });
  const inputs = asked.map(({ input }) => input);
  return (await collectAnswers({ kind, fitted, task, inputs, signal })).map(predictionOf);
}

/** Answers to every example of a split, each by a model that was fitted on the other folds of the same split. */
async function crossValidate(
  task: Task,
  examples: readonly Example[],
  kind: ModelKind,
  { folds, signal }: { readonly folds: number; readonly signal?: AbortSignal },
): Promise<(Prediction | undefined)[]> {
  const answers = new Map<string, Prediction>();
  for (const held of divideByGroup(examples, folds, SEED)) {
    const ids = new Set(held.map(({ id }) => id));
    const train = examples.filter(({ id }) => !ids.has(id));
    const found = await answersOf(task, kind, { train, dev: [], signal }, held);
    for (const [i, { id }] of held.entries()) {
      const prediction = found[i];
      if (prediction) answers.set(id, prediction);
    }
  }
  return examples.map(({ id }) => answers.get(id));
}

/** The result of `measureSignal`, with the answers of the simple model for further analysis. */
export interface Signal {
  readonly rows: readonly SignalRow[];
  readonly examples: readonly Example[];
  readonly predictions: readonly (Prediction | undefined)[];
}

/** What a witness may be trained on: train, and dev for tuning if dev is not the evaluated split. */
export interface Learning {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  /** Examples of the train split, of which `train` is a sample; absent if it is all. */
  readonly trainOf?: number;
  readonly signal?: AbortSignal;
}

/**
 * Fits the family's simple model on train, as a run does, and scores its answers to one split, or a sample of it, next to the best constant
 * answer and guessing under the given conventions. Without train, the model is cross-validated on the split itself,
 * groups kept together; of a single independent unit nothing is measured.
 */
export async function measureSignal(
  task: Task,
  { name, examples }: Pick<Split, 'name' | 'examples'>,
  conventions: readonly string[],
  learning: Learning = { train: [], dev: [] },
): Promise<Signal> {
  const witness = witnessOf(task);
  const isFolded = learning.train.length === 0;
  const folds = isFolded ? Math.min(FOLDS, unitsOf(examples).length) : 0;
  if (folds === 1) return { rows: [], examples, predictions: examples.map(() => undefined) };
  const fittedOn: FittedOn = isFolded
    ? { from: 'folds', folds }
    : {
        ...{ from: 'train', examples: learning.train.length },
        ...(learning.trainOf !== undefined && { of: learning.trainOf }),
      };
  const predictions = isFolded
    ? await crossValidate(task, examples, witness, { folds, signal: learning.signal })
    : await answersOf(task, witness, learning, examples);
  const rows = measureGains(task, examples, predictions, conventions).map(
    ({ score, ...gain }): SignalRow => ({
      split: name,
      examples: examples.length,
      witness: witness.id,
      fittedOn,
      witnessScore: score,
      ...gain,
      weak: gain.gain[0] < WEAK_GAIN,
    }),
  );
  return { rows, examples, predictions };
}

/** At most about `most` examples, whole groups, in the order given. */
export const drawSample = <E extends Grouped>(examples: readonly E[], most: number): readonly E[] =>
  examples.length <= most ? examples : splitBySeed(examples, most / examples.length, SEED).held;

/** Which examples `drawSample` draws, as 1: by their units, of which -1 is that of an example that is its own. */
export const drawPlaces = (units: Int32Array, most: number): Uint8Array =>
  units.length <= most
    ? new Uint8Array(units.length).fill(1)
    : heldBySeed(renumberUnits(units), most / units.length, SEED);
