import type { BatchSource } from '../encoders/training/trainer.ts';

/** The number of updates, and the content of their batches. */
interface EvenSteps<Batch> {
  /** Updates in all. */
  readonly steps: number;
  /** Batches per update. */
  readonly accumulate: number;
  /** Updates between evaluations. */
  readonly evaluateEvery: number;
  /** Of every batch: sequences, and tokens of each. */
  readonly shape: { readonly batch: number; readonly length: number };
  /** Batches per epoch. */
  readonly batchesPerEpoch: number;
  /** The batch of an index that counts on through the epochs, from 0. */
  batchAt(index: number): Batch;
}

/** Full batches of one shape, evaluated at regular intervals and at the end. */
export function evenSteps<Batch extends object>({
  steps,
  accumulate,
  evaluateEvery,
  shape,
  batchesPerEpoch,
  batchAt,
}: EvenSteps<Batch>): BatchSource<
  Batch & { readonly batch: number; readonly length: number; readonly rows: number }
> {
  return {
    updates: steps,
    shapes: [shape],
    at({ batch: first }) {
      const next = first + accumulate;
      const step = next / accumulate;
      const done = step >= steps;
      return {
        batches: Array.from({ length: accumulate }, (_, i) => ({
          ...batchAt(first + i),
          ...shape,
          rows: shape.batch,
        })),
        next: { epoch: 0, batch: next },
        share: step / steps,
        epoch: next / batchesPerEpoch,
        endsEpoch: done,
        evaluate: done || step % evaluateEvery === 0,
        done,
      };
    },
  };
}
