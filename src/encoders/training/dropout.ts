import type { Tensors } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Pool } from './kernels/pool.ts';
import type { DropoutSite } from './step.ts';

export interface Masks {
  /**
   * New masks for every dropout site of a graph: zeros, and 1 / (1 - rate) where values are kept. They depend only on the
   * seed, the number of the pass and the site, so that training resumes from a checkpoint exactly.
   */
  fill(sites: readonly DropoutSite[], step: number, pool: Pool): Tensors;
  /** The memory of the masks. */
  readonly area: Block;
}

/** Memory for the masks of one pass at a time, as much as the largest graph needs. */
export function createMasks(sites: readonly (readonly DropoutSite[])[], seed: number): Masks {
  const total = Math.max(4, ...sites.map((list) => list.reduce((sum, site) => sum + padded(site.size), 0)));
  const [[area, state]] = allocate([[total, LANES * Math.max(1, ...sites.map(({ length }) => length))]]);
  const seeds = new Int32Array(state.data.buffer, state.start, state.data.length);
  return {
    area,
    fill(list, step, pool) {
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
      pool.run(calls);
      return masks;
    },
  };
}

/** Random streams per mask. */
const LANES = 4;

const padded = (size: number): number => Math.ceil(size / 4) * 4;
