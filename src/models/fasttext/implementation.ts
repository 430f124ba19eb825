import * as z from 'zod';
import { createYielder } from '../../ground/yielder.ts';
import { labelImplementation, type Scorer } from '../shared/classifier/labelled.ts';
import { targetsOf } from '../shared/labels/labelling.ts';
import { withParts } from '../shared/parts.ts';
import { contributions, type Embeddings, embeddingProbabilities, trainEmbeddings } from './embeddings.ts';
import type { FastTextParameters } from './parameters.ts';

const labels = labelImplementation({
  id: 'fasttext',
  encoding: ({ ngram, minDf }: FastTextParameters) => ({
    options: { least: 1, most: ngram, minDocuments: minDf, sublinear: true },
    measured: false,
  }),
  async train({ rows, examples, labelling, parameters, seed, onProgress, signal }) {
    const { dim, epochs, learningRate } = parameters;
    const embeddings = await trainEmbeddings({
      ...{ rows, dim, epochs, learningRate, seed, onProgress },
      outputs: labelling.outputs,
      link: labelling.link,
      targets: targetsOf(labelling, examples),
      yieldNow: createYielder(signal),
    });
    return { scorer: scorer(embeddings) };
  },
  file: {
    header: z.object({ dim: z.int().min(1) }),
    arrays: { vectors: 'Float32Array', heads: 'Float32Array' },
  },
  rules: ({ dim }, width, outputs) => ({
    vectors: { length: (width + 1) * dim },
    heads: { length: outputs * dim },
  }),
  open: ({ dim }, { vectors, heads }, { outputs, link }) => scorer({ dim, outputs, link, vectors, heads }),
});

/** Averaged embeddings of n-grams: see docs/models/fasttext.md. */
export const { fit, load } = withParts(labels);

function scorer(embeddings: Embeddings): Scorer {
  const { dim, vectors, heads } = embeddings;
  return {
    probabilities: (rows) => embeddingProbabilities(embeddings, rows),
    contributions: (rows, output) => contributions(embeddings, rows, 0, output),
    header: { dim },
    arrays: { vectors, heads },
  };
}
