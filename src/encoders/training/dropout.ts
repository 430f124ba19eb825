import type { Tensors } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Crew } from './kernels/pool.ts';
import type { DropoutSite } from './step.ts';

export interface Masks {
  /**
   * Fresh masks for every site of a graph: zeros, and 1 / (1 - rate) for what is kept. They depend on nothing but the
   * seed, the number of the step and the site, so that training goes on from a checkpoint as if never stopped.
   */
  fill(sites: readonly DropoutSite[], step: number, crew: Crew): Tensors;
  /** Where the masks are. */
  readonly area: Block;
}

/** Room for the masks of one step at a time: `size` numbers, the most that any graph needs. */
export function createMasks(sites: readonly (readonly DropoutSite[])[], seed: number): Masks {
  const total = Math.max(4, ...sites.map((list) => list.reduce((sum, site) => sum + padded(site.size), 0)));
  const [[area, state]] = allocate([[total, LANES * Math.max(1, ...sites.map(({ length }) => length))]]);
  const seeds = new Int32Array(state.data.buffer, state.start, state.data.length);
  return {
    area,
    fill(list, step, crew) {
      const masks: Record<string, Float32Array> = {};
      let offset = 0;
      const calls = list.map(({ name, size, rate }, site): Call => {
        const random = createRandom(seed, `dropout ${step} ${name}`);
        for (let i = 0; i < LANES; i++) seeds[site * LANES + i] = 1 + random.below(0xffffffff);
        const start = area.start + offset * 4;
        const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0];
        const threshold = Math.min(0xffffffff, Math.round((1 - rate) * 2 ** 32));
        masks[name] = area.data.subarray(offset, offset + size);
        offset += padded(size);
        const end = start + padded(size) * 4;
        return {
          block: area,
          kernel: 'mask',
          inputs: [start, end, state.start + site * LANES * 4, threshold | 0, kept],
        };
      });
      crew.run(calls);
      return masks;
    },
  };
}

/** Streams of random numbers that make one mask. */
const LANES = 4;

const padded = (size: number): number => Math.ceil(size / 4) * 4;
