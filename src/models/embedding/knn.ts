import { targetsOf } from '../shared/labels/labelling.ts';
import { indexVectors, unitRows } from '../shared/vectors/search.ts';
import type { HeadRequest, LabelHead } from './labels.ts';

/** The training data stored in the model. */
export interface Memory {
  /** Scaled to length 1, row by row. */
  readonly rows: Float32Array;
  readonly width: number;
  /** `outputs` numbers a row. */
  readonly targets: Float64Array;
  readonly outputs: number;
  readonly k: number;
  readonly threads?: number;
}

export const fitNeighbours = ({ features, labelling, request }: HeadRequest): Promise<LabelHead> => {
  const { train, parameters } = request;
  const { width, values } = features;
  const rows = unitRows(
    train.map((_, row) => values.subarray(row * width, (row + 1) * width)),
    width,
  );
  const { outputs } = labelling;
  const { k, threads } = parameters;
  return neighbourHead({ rows, width, targets: targetsOf(labelling, train), outputs, k, threads });
};

/** The score of an output: the share of the k nearest that have it, each counted with its cosine. */
export async function neighbourHead(memory: Memory): Promise<LabelHead> {
  const { rows, width, targets, outputs, k, threads } = memory;
  const rowOf = (values: Float32Array, row: number): Float32Array =>
    values.subarray(row * width, (row + 1) * width);
  const count = rows.length / width;
  const index = await indexVectors(
    Array.from({ length: count }, (_, row) => rowOf(rows, row)),
    width,
    threads,
  );
  return {
    async scores({ values }, signal) {
      const asked = Array.from({ length: values.length / width }, (_, row) => rowOf(values, row));
      const near = await index.search(asked, k, signal);
      const scores = new Float64Array(asked.length * outputs);
      for (const [row, hits] of near.entries()) {
        const total = hits.reduce((sum, { score }) => sum + Math.max(0, score), 0) || 1;
        for (const { document, score } of hits)
          for (let output = 0; output < outputs; output++)
            scores[row * outputs + output] +=
              (Math.max(0, score) / total) * targets[document * outputs + output];
      }
      return scores;
    },
    content: { header: { head: 'knn', width, outputs, k }, arrays: { rows, targets } },
  };
}
