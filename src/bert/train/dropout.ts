import type { Tensors } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { allocate } from './kernels/memory.ts';
import type { DropoutSite } from './step.ts';

export interface Masks {
  /**
   * Fresh masks for every site of a graph: zeros, and 1 / (1 - rate) for what is kept. They depend on nothing but the
   * seed, the number of the step and the site, so that training goes on from a checkpoint as if never stopped.
   */
  fill(sites: readonly DropoutSite[], step: number): Tensors;
}

/** Room for the masks of one step at a time: `size` numbers, the most that any graph needs. */
export function createMasks(sites: readonly (readonly DropoutSite[])[], seed: number): Masks {
  const total = Math.max(4, ...sites.map((list) => list.reduce((sum, site) => sum + padded(site.size), 0)));
  const [[area, state]] = allocate([[total, 4]]);
  const seeds = new Int32Array(state.data.buffer, state.start, 4);
  return {
    fill(list, step) {
      const masks: Record<string, Float32Array> = {};
      let offset = 0;
      for (const { name, size, rate } of list) {
        const random = createRandom(seed, `dropout ${step} ${name}`);
        for (let i = 0; i < 4; i++) seeds[i] = 1 + random.below(0xffffffff);
        const start = area.start + offset * 4;
        const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0];
        const threshold = Math.min(0xffffffff, Math.round((1 - rate) * 2 ** 32));
        area.kernels.mask(start, start + padded(size) * 4, state.start, threshold | 0, kept);
        masks[name] = area.data.subarray(offset, offset + size);
        offset += padded(size);
      }
      return masks;
    },
  };
}

const padded = (size: number): number => Math.ceil(size / 4) * 4;
