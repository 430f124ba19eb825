import type { Tensors } from '../../autograd/index.ts';
import { createRandom } from '../../ground/random.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Pool } from './kernels/pool.ts';
import { createJump, jumpXorshift, WEYL_STEP } from './kernels/xorshift.ts';
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
  const most = (of: (site: DropoutSite) => number): number =>
    Math.max(1, ...sites.map((list) => list.reduce((sum, site) => sum + of(site), 0)));
  const room = most((site) => stretchesOf(site) * roomFor(site.used));
  const [[area, state]] = allocate([[Math.max(LANES, room), SEEDS * most(stretchesOf)]]);
  const seeds = new Int32Array(state.data.buffer, state.start, state.data.length);
  return {
    area,
    fill(list, { stream, row }, pool) {
      const masks: Record<string, Float32Array> = {};
      const calls: Call[] = [];
      const moves: (() => void)[] = [];
      let offset = 0;
      for (const site of list) {
        const at = offset;
        const random = createRandom(seed, `dropout ${stream} ${site.name}`);
        const [kept] = new Int32Array(Float32Array.of(1 / (1 - site.rate)).buffer);
        const threshold = Math.min(0xffffffff, Math.round((1 - site.rate) * 2 ** 32));
        const stretches = stretchesOf(site);
        const before = (row * stretches * site.stride) / site.rows;
        const starts = Array.from({ length: LANES }, () => 1 + random.below(0xffffffff));
        const statesAfter = createStreams(starts, Math.floor(before / LANES));
        for (let k = 0; k < stretches; k++) {
          // numbers before the first of the stretch: whole steps of all lanes, and a rest that is drawn and cut off
          const first = before + k * site.stride;
          const rest = first % LANES;
          seeds.set(statesAfter((first - rest) / LANES), calls.length * SEEDS);
          const [from, to] = [offset + rest, at + k * site.used];
          if (from !== to) moves.push(() => area.data.copyWithin(to, from, from + site.used));
          const start = area.start + offset * 4;
          offset += padded(site.used + rest);
          const seedsAt = state.start + calls.length * SEEDS * 4;
          const inputs = [start, area.start + offset * 4, seedsAt, threshold | 0, kept];
          calls.push({ block: area, kernel: 'mask', inputs });
        }
        masks[site.name] = area.data.subarray(at, at + site.size);
      }
      pool.run(calls);
      for (const move of moves) move();
      return masks;
    },
  };
}

/** Random streams per mask; each has two numbers of state. */
const LANES = 4;
const SEEDS = 2 * LANES;

const stretchesOf = ({ size, used }: DropoutSite): number => size / used;
const padded = (size: number): number => Math.ceil(size / LANES) * LANES;
const roomFor = (size: number): number => padded(size + LANES - 1);

/** The state of all lanes after a number of steps; called with ascending numbers, from `start` on. */
function createStreams(seeds: readonly number[], start: number): (steps: number) => number[] {
  const jumps = new Map<number, (state: number) => number>();
  let lanes = seeds.map((seed) => jumpXorshift(seed, start));
  let reached = start;
  return (steps) => {
    const more = steps - reached;
    const jump = jumps.get(more) ?? createJump(more);
    jumps.set(more, jump);
    [lanes, reached] = [lanes.map(jump), steps];
    return [...lanes, ...seeds.map((seed) => seed + Math.imul(steps, WEYL_STEP))];
  };
}
