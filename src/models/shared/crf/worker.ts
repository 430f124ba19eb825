import { workerData } from 'node:worker_threads';
import { CONTROL, createWork, type Shared } from './parallel.ts';

/** A thread of `createEvaluator`: helps with every round until it is terminated. */
const shared = workerData as Shared;
const work = createWork(shared);
for (let round = 0; ; round = Atomics.load(shared.control, CONTROL.round)) {
  work();
  Atomics.wait(shared.control, CONTROL.round, round);
}
