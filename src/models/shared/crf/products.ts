import {
  assemble,
  type FunctionSource,
  f64x2,
  get,
  i32,
  repeat,
  set,
  v128,
} from '../../../ground/assemble.ts';
import { Instance, Memory, Module, type WasmMemory } from '../../../ground/webassembly.ts';

/** The number of columns of a matrix is a multiple of this: that many are summed at a time. */
const LANES = 4;
export const wide = (count: number): number => Math.ceil(count / LANES) * LANES;

const DOUBLE = Float64Array.BYTES_PER_ELEMENT;
const PAGE = 65_536;
const MAXIMUM_PAGES = 65_535;

/**
 * y ← y + Σ a · b over the numbers of a column `a` and the rows of a matrix `b`: what the lattice does most. Steps and
 * addresses are in bytes; of y a multiple of four numbers is summed, in registers, two at a time. JavaScript's own loop takes
 * two to three times as long.
 */
const addProducts: FunctionSource = (() => {
  const [a, aEnd, aStep, b, bStep, y, yEnd, p, q, factor, low, high] = Array(12).keys();
  const sum = (local: number, offset: number) =>
    set(local, f64x2.add(get(local), f64x2.mul(get(factor), v128.load(get(q), offset))));
  return {
    name: 'addProducts',
    parameters: Array(7).fill('i32'),
    locals: ['i32', 'i32', 'v128', 'v128', 'v128'],
    body: [
      repeat(
        [
          set(p, get(a)),
          set(q, get(b)),
          set(low, v128.load(get(y))),
          set(high, v128.load(get(y), 2 * DOUBLE)),
          repeat(
            [
              set(factor, v128.loadTwice(get(p))),
              sum(low, 0),
              sum(high, 2 * DOUBLE),
              set(p, i32.add(get(p), get(aStep))),
              set(q, i32.add(get(q), get(bStep))),
            ],
            i32.lessThan(get(p), get(aEnd)),
          ),
          v128.store(get(y), get(low)),
          v128.store(get(y), get(high), 2 * DOUBLE),
          set(y, i32.add(get(y), i32.const(LANES * DOUBLE))),
          set(b, i32.add(get(b), i32.const(LANES * DOUBLE))),
        ],
        i32.lessThan(get(y), get(yEnd)),
      ),
    ],
  };
})();

/** Takes addresses and steps; see `addProducts`. At least one number of `a` and four of y. */
export type AddProducts = (
  a: number,
  aEnd: number,
  aStep: number,
  b: number,
  bStep: number,
  y: number,
  yEnd: number,
) => void;

let compiled: object | undefined;

/** Arrays of these lengths in one memory, each from a multiple of 16 bytes on, and the products over them. */
export function allocateDoubles(lengths: readonly number[]): {
  readonly arrays: Float64Array[];
  readonly addProducts: AddProducts;
} {
  const total = lengths.reduce((sum, length) => sum + wide(length), 0) * DOUBLE;
  const pages = Math.max(1, Math.ceil(total / PAGE));
  const memory: WasmMemory = new Memory({ initial: pages, maximum: pages, shared: true });
  let start = 0;
  const arrays = lengths.map((length) => {
    const array = new Float64Array(memory.buffer, start, length);
    start += wide(length) * DOUBLE;
    return array;
  });
  compiled ??= new Module(assemble([addProducts], MAXIMUM_PAGES));
  const { exports } = new Instance(compiled, { env: { memory } });
  return { arrays, addProducts: (exports as { addProducts: AddProducts }).addProducts };
}
