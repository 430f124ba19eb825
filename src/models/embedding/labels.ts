import type { Example, Input } from '../../tasks/examples.ts';
import type { Fit, FitRequest, FittedModel } from '../contract.ts';
import type { ClassifierInput } from '../shared/features/inputs.ts';
import { textsOf } from '../shared/features/inputs.ts';
import {
  answerOf,
  hasThreshold,
  type LabelFamily,
  type Labelling,
  learnLabelling,
  tuneThreshold,
} from '../shared/labels/labelling.ts';
import { type ModelContent, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { answerGroups } from './answer.ts';
import { contentOf, type Encoder, embedWith, openEncoder, requireVectors } from './kept.ts';
import { fitNeighbours } from './knn.ts';
import { fitLogisticHead } from './logistic.ts';
import type { EmbeddingParameters } from './parameters.ts';
import type { Watching } from './vectors.ts';

/** Rows of numbers that describe inputs: the vector of a text, or of a pair u, v, |u − v| and u ∗ v. */
export interface Features {
  readonly values: Float32Array;
  readonly width: number;
}

/** Maps features to scores: `outputs` numbers per row. */
export interface LabelHead {
  scores(features: Features, signal?: AbortSignal): Promise<Float64Array>;
  /** For a model file. */
  readonly content: ModelContent;
}

/** The training data of a head. */
export interface HeadRequest {
  readonly features: Features;
  readonly dev: Features;
  readonly labelling: Labelling;
  readonly request: FitRequest<LabelFamily, EmbeddingParameters>;
}

const ID = 'embedding';
/** Share of fitting that is embedding. */
const EMBEDDED = 0.8;

/** Logistic regression or nearest neighbours on vectors, and a threshold tuned on dev where one matters. */
export const fitLabels: Fit<LabelFamily, EmbeddingParameters> = async (request) => {
  const { task, train, dev, parameters, signal, onProgress } = request;
  const encoder = await openEncoder(request);
  const examples = [...train, ...dev];
  const all = await featuresOf(
    encoder,
    examples.map(({ input }) => input),
    { signal, onProgress: (share) => onProgress?.(share * EMBEDDED) },
  );
  requireVectors(encoder, task, examples);
  const cut = train.length * all.width;
  const features = { ...all, values: all.values.subarray(0, cut) };
  const devFeatures = { ...all, values: all.values.subarray(cut) };
  const labelling = learnLabelling(task, train);
  const fitHead = parameters.head === 'knn' ? fitNeighbours : fitLogisticHead;
  const head = await fitHead({ features, dev: devFeatures, labelling, request });
  onProgress?.(1);
  return labelModel(encoder, await tuned(labelling, head, devFeatures, dev, request), head);
};

async function tuned(
  labelling: Labelling,
  head: LabelHead,
  features: Features,
  dev: readonly Example<LabelFamily>[],
  { parameters, signal }: FitRequest<LabelFamily, EmbeddingParameters>,
): Promise<Labelling> {
  if (!parameters.tuneThreshold || dev.length === 0 || !hasThreshold(labelling)) return labelling;
  return tuneThreshold(labelling, dev, await head.scores(features, signal));
}

/** The features of inputs, row by row. */
async function featuresOf(
  { vectors, prompts }: Encoder,
  inputs: readonly ClassifierInput[],
  watching: Watching,
): Promise<Features> {
  const found = await vectors.of(inputs.flatMap(textsOf), prompts.prompt, watching);
  const size = found[0]?.length ?? 0;
  const isPair = inputs.length > 0 && textsOf(inputs[0]).length === 2;
  const width = isPair ? 4 * size : size;
  const values = new Float32Array(inputs.length * width);
  for (const row of inputs.keys()) {
    const own = values.subarray(row * width, (row + 1) * width);
    if (isPair) describePair(found[2 * row], found[2 * row + 1], own);
    else own.set(found[row]);
  }
  return { values, width };
}

/** u, v, |u − v|, u ∗ v (Conneau et al. 2017). */
function describePair(u: Float32Array, v: Float32Array, into: Float32Array): void {
  const size = u.length;
  into.set(u);
  into.set(v, size);
  for (let i = 0; i < size; i++) {
    into[2 * size + i] = Math.abs(u[i] - v[i]);
    into[3 * size + i] = u[i] * v[i];
  }
}

export function labelModel(
  encoder: Encoder,
  labelling: Labelling,
  head: LabelHead,
): FittedModel<LabelFamily> {
  const { task, ...rest } = labelling;
  const { outputs } = labelling;
  const content = contentOf(task.family, encoder, {
    header: { ...head.content.header, labelling: rest },
    arrays: head.content.arrays,
  });
  return {
    bytes: sizeOf(content),
    save: (file) => writeModelFile(file, ID, content),
    embed: embedWith(encoder),
    answer: (inputs: readonly Input<LabelFamily>[], options) =>
      answerGroups(inputs, options, {
        vectors: encoder.vectors,
        texts: textsOf,
        async answer(group, signal) {
          const scores = await head.scores(await featuresOf(encoder, group, { signal }), signal);
          return group.map((_, row) =>
            answerOf(labelling, scores.subarray(row * outputs, (row + 1) * outputs)),
          );
        },
      }),
  };
}
