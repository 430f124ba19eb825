import { UserError } from '../../../ground/errors.ts';
import { Memory, type WasmMemory } from '../../../ground/webassembly.ts';
import { instantiateKernels, type Kernels, MAXIMUM_PAGES } from './kernels.ts';

const PAGE = 65_536;

/** Numbers in WebAssembly memory: the kernels and ONNX Runtime both work on them in place. */
export interface Block {
  /** Address in bytes, a multiple of 16. */
  readonly start: number;
  /** End address, rounded up to a multiple of 16: kernels may write up to there. */
  readonly end: number;
  readonly data: Float32Array<SharedArrayBuffer>;
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
}

const rounded = (length: number): number => Math.ceil(length / 4) * 16;

/**
 * Allocates groups of float32 arrays, all zeros. The arrays of a group share a memory, so that one kernel can access all of
 * them; further memories are added where 4 GiB are not enough.
 */
export function allocate(groups: readonly (readonly number[])[]): Block[][] {
  const shards: (readonly number[])[][] = [];
  let room = 0;
  for (const group of groups) {
    const bytes = group.reduce((sum, length) => sum + rounded(length), 0);
    if (bytes > MAXIMUM_PAGES * PAGE) {
      const size = Math.round(bytes / 2 ** 20);
      throw new UserError('too-large', {
        en: `A parameter with its optimizer state takes ${size} MiB, more than 4 GiB`,
        zh: `单个参数及其优化器状态需 ${size} MiB，超过 4 GiB`,
      });
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
