import * as z from 'zod';
import { createYielder } from '../../../ground/yielder.ts';
import type { Example } from '../../../tasks/examples.ts';
import { familyOf } from '../../../tasks/families/registry.ts';
import type { Task } from '../../../tasks/task.ts';
import type { Fit, FittedModel } from '../../contract.ts';
import { type Encoder, encodeAll } from '../features/encoder.ts';
import { type ClassifierInput, encoderJson, fitInputEncoder, openInputEncoder } from '../features/inputs.ts';
import type { Rows } from '../features/rows.ts';
import type { TfidfOptions } from '../features/tfidf.ts';
import { TFIDF_ARRAYS, tfidfRules } from '../features/tfidf-content.ts';
import { requireDeclared } from '../labels/declared.ts';
import { explainLabels } from '../labels/explain.ts';
import {
  answerOf,
  chosenLabels,
  hasManyLabels,
  hasThreshold,
  type LabelFamily,
  type Labelling,
  labellingJson,
  learnLabelling,
  shapeOf,
  tuneThreshold,
} from '../labels/labelling.ts';
import {
  type ArraySpecs,
  type ArraysOf,
  damaged,
  type ModelArray,
  openModelFile,
  type RulesOf,
  requireRules,
} from '../modelfile.ts';
import { fittedClassifier } from './classifier.ts';

/** The arguments of training. */
export interface Training<P> {
  readonly rows: Rows;
  readonly examples: readonly Example<LabelFamily>[];
  readonly labelling: Labelling;
  readonly parameters: P;
  readonly seed: number;
  readonly onProgress: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** The fitted classifier: a probability for every output. */
export interface Scorer {
  /** `outputs` numbers per row. */
  probabilities(rows: Rows): Float64Array;
  /** The contribution of each entry of the single row to the score of an output. */
  contributions(rows: Rows, output: number): ArrayLike<number>;
  /** Its part of a model file, besides labelling and encoder. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, ModelArray>>;
}

export interface Trained {
  readonly scorer: Scorer;
  /** Probabilities of every training example by a model that did not see it, where training has them. */
  readonly outOfFold?: Float64Array;
}

/** A kind of classifier: how inputs are encoded, and how it is trained on encoded examples. */
export interface ScorerKind<P, H, A extends ArraySpecs> {
  readonly id: string;
  encoding(parameters: P): { readonly options: TfidfOptions; readonly measured: boolean };
  train(training: Training<P>): Promise<Trained>;
  /** The content of a model file besides labelling and encoder. */
  readonly file: { readonly header: z.ZodType<H>; readonly arrays: A };
  /** Invariants of its arrays for an encoder of this width. */
  rules(header: H, width: number, outputs: number): RulesOf<A>;
  open(header: H, arrays: ArraysOf<A>, labelling: Labelling): Scorer;
}

/** The implementation of a classifier, for every family that labels one text or a pair. */
export interface LabelImplementation<P> {
  readonly fit: Readonly<Record<LabelFamily, Fit<LabelFamily, P>>>;
  load(path: string, task: Task): Promise<FittedModel<LabelFamily>>;
}

/** Shares of the work: encoding, training, and the threshold at the end. */
const ENCODED = 0.1;
const TRAINED = 0.95;

/**
 * The ways to fit and load a kind of classifier: fits an encoder, trains on the encoded examples, and tunes the threshold
 * on dev, or on out-of-fold probabilities where there is no dev.
 */
export function labelImplementation<P extends { readonly tuneThreshold: boolean }, H, A extends ArraySpecs>(
  kind: ScorerKind<P, H, A>,
): LabelImplementation<P> {
  const fit: Fit<LabelFamily, P> = async (request) => {
    const { task, train, dev, parameters, seed, signal } = request;
    const onProgress = request.onProgress ?? (() => {});
    const yieldNow = createYielder(signal);
    const inputs = train.map(({ input }) => input);
    const { options, measured } = kind.encoding(parameters);
    const encoder = fitInputEncoder(familyOf(task).inputShape, inputs, options, measured);
    const rows = await encodeAll(encoder, inputs, yieldNow);
    onProgress(ENCODED);
    const labelling = learnLabelling(task, train);
    const { scorer, outOfFold } = await kind.train({
      ...{ rows, examples: train, labelling, parameters, seed, signal },
      onProgress: (share) => onProgress(ENCODED + (TRAINED - ENCODED) * share),
    });
    let tuned = labelling;
    if (parameters.tuneThreshold && hasThreshold(labelling)) {
      if (dev.length > 0) {
        const devRows = await encodeAll(
          encoder,
          dev.map(({ input }) => input),
          yieldNow,
        );
        tuned = tuneThreshold(labelling, dev, scorer.probabilities(devRows));
      } else if (outOfFold) tuned = tuneThreshold(labelling, train, outOfFold);
    }
    onProgress(1);
    return fitted(kind.id, tuned, encoder, scorer);
  };
  return {
    fit: { similarity: fit, inference: fit, classification: fit, multilabel: fit },
    load: (path, task) => load(kind, path, task),
  };
}

const commonJson = z.object({ encoder: encoderJson, labelling: labellingJson });

async function load<P, H, A extends ArraySpecs>(
  kind: ScorerKind<P, H, A>,
  path: string,
  task: Task,
): Promise<FittedModel<LabelFamily>> {
  const { header, arrays } = await openModelFile(path, kind.id, task.family, {
    header: commonJson.and(kind.file.header),
    arrays: { ...TFIDF_ARRAYS, ...kind.file.arrays },
    rules: (content) => tfidfRules(content.arrays),
  });
  const encoder = openInputEncoder(familyOf(task).inputShape, header.encoder, arrays);
  const labelling: Labelling = { ...header.labelling, task };
  requireLabelling(path, labelling);
  requireDeclared(path, task, labelling.labels);
  requireRules(path, arrays, kind.rules(header, encoder.width, labelling.outputs));
  return fitted(kind.id, labelling, encoder, kind.open(header, arrays, labelling));
}

/** Throws a UserError if the outputs are not those that the labels have. */
function requireLabelling(file: string, labelling: Labelling): void {
  const { task, labels, outputs, link } = labelling;
  const own = shapeOf(task, labels);
  if (outputs === own.outputs && link === own.link && (outputs > 0 || hasManyLabels(task))) return;
  throw damaged(
    file,
    { en: 'its labels contradict its outputs', zh: '标签与输出不一致' },
    'header.labelling',
  );
}

function fitted(
  id: string,
  labelling: Labelling,
  encoder: Encoder<ClassifierInput>,
  scorer: Scorer,
): FittedModel<LabelFamily> {
  const { task, ...rest } = labelling;
  const { labels, outputs } = labelling;
  const packed = encoder.pack();
  return fittedClassifier(id, {
    encoder,
    predict(rows) {
      const scores = scorer.probabilities(rows);
      return Array.from({ length: rows.starts.length - 1 }, (_, row) =>
        answerOf(labelling, scores.subarray(row * outputs, (row + 1) * outputs)),
      );
    },
    explain(rows) {
      const scores = scorer.probabilities(rows);
      const chosen = chosenLabels(answerOf(labelling, scores));
      return explainLabels(labels, outputs, chosen, scores, (output) =>
        Array.from(scorer.contributions(rows, output), (push, k) => ({
          name: encoder.name(rows.columns[k]),
          push,
        })),
      );
    },
    content: {
      header: { family: task.family, labelling: rest, encoder: packed.header, ...scorer.header },
      arrays: { ...packed.arrays, ...scorer.arrays },
    },
  });
}
