import { UserError } from '../../../ground/errors.ts';
import { instantiateKernels, type Kernels, MAXIMUM_PAGES } from './kernels.ts';
import { Memory, type WasmMemory } from './webassembly.ts';

const PAGE = 65_536;

/** Numbers in the linear memory of WebAssembly: the kernels and ONNX Runtime both work on them where they are. */
export interface Block {
  /** Address in bytes, a multiple of 16. */
  readonly start: number;
  /** Address of the end, rounded up to a multiple of 16: kernels may write as far. */
  readonly end: number;
  readonly data: Float32Array<SharedArrayBuffer>;
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
}

const rounded = (length: number): number => Math.ceil(length / 4) * 16;

/**
 * Room for groups of float32 arrays, all zeros. The arrays of one group share a memory, so that one kernel can reach
 * them all; groups go on in a further memory where 4 GiB are not enough.
 */
export function allocate(groups: readonly (readonly number[])[]): Block[][] {
  const shards: (readonly number[])[][] = [];
  let room = 0;
  for (const group of groups) {
    const bytes = group.reduce((sum, length) => sum + rounded(length), 0);
    if (bytes > MAXIMUM_PAGES * PAGE) {
      throw new UserError(
        'too-large',
        `A parameter with its optimizer state takes ${bytes >> 20} MiB, over 4 GiB`,
      );
    }
    if (bytes > room) {
      shards.push([]);
      room = MAXIMUM_PAGES * PAGE;
    }
    shards.at(-1)!.push(group);
    room -= bytes;
  }
  return shards.flatMap(allocateShard);
}

function allocateShard(groups: readonly (readonly number[])[]): Block[][] {
  const total = groups.flat().reduce((sum, length) => sum + rounded(length), 0);
  const initial = Math.max(1, Math.ceil(total / PAGE));
  const memory = new Memory({ initial, maximum: MAXIMUM_PAGES, shared: true });
  const kernels = instantiateKernels(memory);
  const buffer = memory.buffer;
  let start = 0;
  return groups.map((group) =>
    group.map((length) => {
      const block = {
        start,
        end: start + rounded(length),
        data: new Float32Array(buffer, start, length),
        memory,
        kernels,
      };
      start = block.end;
      return block;
    }),
  );
}
