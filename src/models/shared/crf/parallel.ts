import { Worker } from 'node:worker_threads';
import { addScaled } from '../optimize/vectors.ts';
import { type Dataset, sharedDoubles, sharedInts } from './dataset.ts';
import { createLattice, setTransitions } from './lattice.ts';
import { addMass, bundleCount, bundleScores, expect, tagsOf, weightCount } from './likelihood.ts';

/**
 * Texts are always summed in this many groups, and the groups in order: the result is the same to the
 * bit however many threads there are. It is also the most threads that can help.
 */
export const SHARDS = 4;

/** The arguments of a worker, all in shared memory. */
export interface Shared {
  readonly dataset: Dataset;
  readonly weights: Float64Array;
  /** One gradient a shard. */
  readonly gradients: readonly Float64Array[];
  /** The mass of every bundle, one a shard. */
  readonly masses: readonly Float64Array[];
  readonly losses: Float64Array;
  /** First text of every shard, and the number of texts at the end. */
  readonly bounds: Int32Array;
  /** See `CONTROL`. */
  readonly control: Int32Array;
}

/** `version` counts weights, `next` shards handed out, `finished` shards done, `round` calls to work. */
export const CONTROL = { version: 0, next: 1, finished: 2, round: 3, size: 4 } as const;

export interface Evaluator {
  /** The sum of losses at the weights; the sum of expected counts is written into `gradient`. */
  evaluate(weights: Float64Array, gradient: Float64Array): Promise<number>;
  close(): Promise<void>;
}

/** Returns a function that computes shards until none is left. */
export function createWork(shared: Shared): () => void {
  const { dataset, weights, gradients, masses, losses, bounds, control } = shared;
  const lattice = createLattice(dataset.types);
  let seen = -1;
  let bundled: Float64Array = new Float64Array(0);
  return () => {
    for (;;) {
      const shard = Atomics.add(control, CONTROL.next, 1);
      if (shard >= SHARDS) return;
      // Asked here and not above: a thread that is late may be handed a shard of the next round.
      const version = Atomics.load(control, CONTROL.version);
      if (version !== seen) {
        setTransitions(lattice, weights);
        bundled = bundleScores(dataset, weights);
      }
      seen = version;
      const sums = { gradient: gradients[shard].fill(0), bundleMass: masses[shard].fill(0) };
      const texts = [bounds[shard], bounds[shard + 1]] as const;
      losses[shard] = expect(dataset, lattice, { weights, bundled }, sums, texts);
      Atomics.add(control, CONTROL.finished, 1);
      Atomics.notify(control, CONTROL.finished);
    }
  };
}

/** Evaluates the likelihood of a dataset on this thread and `threads - 1` others. */
export function createEvaluator(dataset: Dataset, threads: number): Evaluator {
  const shared = share(dataset);
  const work = createWork(shared);
  const workers = startWorkers(shared, Math.min(threads, SHARDS) - 1);
  const mass = new Float64Array(shared.masses[0].length);
  return {
    async evaluate(weights, gradient) {
      workers.check();
      beginRound(shared, weights);
      work();
      await allFinished(shared.control, workers.failed);
      return sumShards(shared, mass, gradient);
    },
    close: workers.close,
  };
}

function share(dataset: Dataset): Shared {
  const size = weightCount(dataset);
  const bundles = bundleCount(dataset);
  const control = sharedInts(CONTROL.size);
  control[CONTROL.next] = SHARDS;
  return {
    dataset,
    weights: sharedDoubles(size),
    gradients: Array.from({ length: SHARDS }, () => sharedDoubles(size)),
    masses: Array.from({ length: SHARDS }, () => sharedDoubles(bundles * tagsOf(dataset))),
    losses: sharedDoubles(SHARDS),
    bounds: shardBounds(dataset.textStart),
    control,
  };
}

interface Workers {
  /** Rejects when a worker fails. */
  readonly failed: Promise<never>;
  /** Throws the error of a worker that failed. */
  check(): void;
  close(): Promise<void>;
}

function startWorkers(shared: Shared, count: number): Workers {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = new URL(`./worker.${extension}`, import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: shared }));
  let failure: Error | undefined;
  const failed = new Promise<never>((_, reject) => {
    const fail = (error: Error): void => {
      failure ??= error;
      reject(failure);
    };
    for (const worker of workers) {
      worker.on('error', fail);
      worker.on(
        'exit',
        (code) => code !== 0 && fail(new Error(`A worker of the CRF ended with code ${code}`)),
      );
    }
  });
  failed.catch(() => {});
  return {
    failed,
    check() {
      if (failure) throw failure;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.removeAllListeners('exit').terminate()));
    },
  };
}

/** Publishes new weights, distributes all shards again and wakes the workers. */
function beginRound({ weights, control }: Shared, x: Float64Array): void {
  weights.set(x);
  Atomics.store(control, CONTROL.finished, 0);
  Atomics.add(control, CONTROL.version, 1);
  Atomics.store(control, CONTROL.next, 0);
  Atomics.add(control, CONTROL.round, 1);
  Atomics.notify(control, CONTROL.round);
}

async function allFinished(control: Int32Array, failed: Promise<never>): Promise<void> {
  for (;;) {
    const finished = Atomics.load(control, CONTROL.finished);
    if (finished === SHARDS) return;
    const wait = Atomics.waitAsync(control, CONTROL.finished, finished);
    if (wait.async) await Promise.race([wait.value, failed]);
  }
}

/** Adds up the shards in order: the gradient into `gradient`, the mass of the bundles into `mass`. Returns the loss. */
function sumShards(shared: Shared, mass: Float64Array, gradient: Float64Array): number {
  const { dataset, gradients, masses, losses } = shared;
  gradient.set(gradients[0]);
  mass.set(masses[0]);
  let loss = losses[0];
  for (let shard = 1; shard < SHARDS; shard++) {
    loss += losses[shard];
    addScaled(gradient, 1, gradients[shard]);
    addScaled(mass, 1, masses[shard]);
  }
  addMass(dataset, dataset.bundles, mass, gradient, [0, bundleCount(dataset)], tagsOf(dataset));
  return loss;
}

/** Splits the texts into `SHARDS` runs of about as many positions each. */
function shardBounds(textStart: Int32Array): Int32Array {
  const bounds = sharedInts(SHARDS + 1);
  const texts = textStart.length - 1;
  const positions = textStart[texts];
  for (let shard = 1, text = 0; shard < SHARDS; shard++) {
    while (text < texts && textStart[text] < (positions * shard) / SHARDS) text++;
    bounds[shard] = text;
  }
  bounds[SHARDS] = texts;
  return bounds;
}
