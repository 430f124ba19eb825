import type { Tensors } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Pool } from './kernels/pool.ts';
import { jumpXorshift, WEYL_STEP } from './kernels/xorshift.ts';
import type { DropoutSite } from './step.ts';

/** Which rows of a random stream a batch takes. */
export interface MaskRows {
  /** Name of the stream: the number of the pass in training, where an update makes one. */
  readonly stream: string;
  /** Row of the stream that the batch's first row takes. */
  readonly row: number;
}

export interface Masks {
  /**
   * New masks for every dropout site of a graph: zeros, and 1 / (1 - rate) where values are kept. They depend only on the
   * seed, the stream, the site and the row, so that training resumes from a checkpoint exactly, and so that several
   * batches draw for their rows what one large batch would.
   */
  fill(sites: readonly DropoutSite[], rows: MaskRows, pool: Pool): Tensors;
  /** The memory of the masks. */
  readonly area: Block;
}

/** Memory for the masks of one pass at a time, as much as the largest graph needs. */
export function createMasks(sites: readonly (readonly DropoutSite[])[], seed: number): Masks {
  const total = Math.max(
    LANES,
    ...sites.map((list) => list.reduce((sum, { size }) => sum + roomFor(size), 0)),
  );
  const most = Math.max(1, ...sites.map(({ length }) => length));
  const [[area, state]] = allocate([[total, SEEDS * most]]);
  const seeds = new Int32Array(state.data.buffer, state.start, state.data.length);
  return {
    area,
    fill(list, { stream, row }, pool) {
      const masks: Record<string, Float32Array> = {};
      const shifts: (() => void)[] = [];
      let offset = 0;
      const calls = list.map(({ name, size, rows, rate }, site): Call => {
        // numbers before those of the first row: whole steps of all lanes, and a rest that is drawn and cut off
        const before = row * (size / rows);
        const [steps, rest] = [Math.floor(before / LANES), before % LANES];
        const random = createRandom(seed, `dropout ${stream} ${name}`);
        for (let i = 0; i < LANES; i++) {
          const first = 1 + random.below(0xffffffff);
          seeds[site * SEEDS + i] = jumpXorshift(first, steps);
          seeds[site * SEEDS + LANES + i] = first + Math.imul(steps, WEYL_STEP);
        }
        const at = offset;
        if (rest > 0) shifts.push(() => area.data.copyWithin(at, at + rest, at + rest + size));
        masks[name] = area.data.subarray(at, at + size);
        offset += roomFor(size);
        const start = area.start + at * 4;
        const end = start + padded(size + rest) * 4;
        const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0];
        const threshold = Math.min(0xffffffff, Math.round((1 - rate) * 2 ** 32));
        return {
          block: area,
          kernel: 'mask',
          inputs: [start, end, state.start + site * SEEDS * 4, threshold | 0, kept],
        };
      });
      pool.run(calls);
      for (const shift of shifts) shift();
      return masks;
    },
  };
}

/** Random streams per mask; each has two numbers of state. */
const LANES = 4;
const SEEDS = 2 * LANES;

const padded = (size: number): number => Math.ceil(size / LANES) * LANES;
const roomFor = (size: number): number => padded(size + LANES - 1);
