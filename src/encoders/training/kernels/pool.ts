import { Worker } from 'node:worker_threads';
import type { WasmMemory } from '../../../ground/webassembly.ts';
import { instantiateKernels, type Kernels } from './kernels.ts';
import type { Block } from './memory.ts';

/** One kernel on a range of memory. Calls of one round do not write what others read or write. */
export interface Call {
  readonly block: Block;
  readonly kernel: keyof Kernels;
  /** In the order of the kernel's arguments. */
  readonly inputs: readonly number[];
}

/** Threads that run kernels on shared memory. Results do not depend on their number. */
export interface Pool extends AsyncDisposable {
  /** Runs all calls and returns their results in order, NaN if a kernel has none. Blocks until all are done. */
  run(calls: readonly Call[]): Float64Array;
}

/** The state shared by the threads. */
export interface Shared {
  readonly memories: readonly WasmMemory[];
  /** See `CONTROL`. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** `COLUMNS` numbers a call: its memory, its kernel, its inputs. */
  readonly table: Float64Array<SharedArrayBuffer>;
  readonly results: Float64Array<SharedArrayBuffer>;
}

/** `round` counts rounds, `next` rows taken, `finished` rows done, `failed` those that threw. */
export const CONTROL = { round: 0, next: 1, finished: 2, failed: 3, size: 4 } as const;

const KERNELS: readonly (keyof Kernels)[] = ['adamw', 'combine', 'squares', 'mask'];
const COLUMNS = 15;
/** Bytes below which one thread finishes before another wakes up. */
const WORTH_THREADS = 1 << 24;
/** Rows of the table; more calls take several rounds. */
const ROWS = 4096;

/** Returns a function that runs calls until none is left. */
export function createWork({ memories, control, table, results }: Shared): () => void {
  const kernels = memories.map(instantiateKernels);
  return () => {
    for (;;) {
      // a round uses the last rows of the table: a late thread reads beyond its end and never takes a row twice
      const row = Atomics.add(control, CONTROL.next, 1);
      if (row >= ROWS) return;
      const [memory, kernel, ...inputs] = table.subarray(row * COLUMNS, (row + 1) * COLUMNS);
      try {
        const call = kernels[memory][KERNELS[kernel]] as (...inputs: readonly number[]) => number | undefined;
        results[row] = call(...inputs) ?? Number.NaN;
      } catch {
        Atomics.add(control, CONTROL.failed, 1);
      }
      Atomics.add(control, CONTROL.finished, 1);
      Atomics.notify(control, CONTROL.finished);
    }
  };
}

const doubles = (count: number): Float64Array<SharedArrayBuffer> =>
  new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));

/** A pool of this thread and `threads - 1` others for the memories of `blocks`; only this thread where they are small. */
export function createPool(blocks: Iterable<Block>, threads: number): Pool {
  const memories = [...new Set(Array.from(blocks, ({ memory }) => memory))];
  const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  const control = new Int32Array(new SharedArrayBuffer(CONTROL.size * Int32Array.BYTES_PER_ELEMENT));
  const shared: Shared = { memories, control, table: doubles(ROWS * COLUMNS), results: doubles(ROWS) };
  const { table, results } = shared;
  control[CONTROL.next] = ROWS;
  const work = createWork(shared);
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workers = Array.from({ length: bytes < WORTH_THREADS ? 0 : threads - 1 }, () => {
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: shared });
    worker.unref();
    return worker;
  });

  const round = (calls: readonly Call[]): Float64Array => {
    const first = ROWS - calls.length;
    for (const [i, { block, kernel, inputs }] of calls.entries()) {
      table.set([memories.indexOf(block.memory), KERNELS.indexOf(kernel), ...inputs], (first + i) * COLUMNS);
    }
    Atomics.store(control, CONTROL.finished, 0);
    Atomics.store(control, CONTROL.failed, 0);
    Atomics.store(control, CONTROL.next, first);
    Atomics.add(control, CONTROL.round, 1);
    Atomics.notify(control, CONTROL.round);
    work();
    for (;;) {
      const finished = Atomics.load(control, CONTROL.finished);
      if (finished === calls.length) break;
      Atomics.wait(control, CONTROL.finished, finished);
    }
    const failed = Atomics.load(control, CONTROL.failed);
    if (failed > 0) throw new Error(`${failed} kernel calls failed`);
    return results.slice(first);
  };

  return {
    run(calls) {
      const all = new Float64Array(calls.length);
      for (let at = 0; at < calls.length; at += ROWS) all.set(round(calls.slice(at, at + ROWS)), at);
      return all;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
