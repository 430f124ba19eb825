import {
  assemble,
  type Code,
  type FunctionSource,
  f32x4,
  f64,
  f64x2,
  get,
  i32,
  i32x4,
  repeat,
  set,
  type ValueType,
  v128,
} from '../../../ground/assemble.ts';
import { Instance, Module, type WasmMemory } from '../../../ground/webassembly.ts';
import { WEYL_STEP } from './xorshift.ts';

/** Pages of 64 KiB that one memory may have: 4 GiB less one page, the reach of a 32-bit address. */
export const MAXIMUM_PAGES = 65_535;

const BYTES = 16;

/**
 * The loops over all parameters, four numbers at a time. Every pointer is in bytes and a multiple of 16, and `bytes`
 * is a multiple of 16 above 0. JavaScript's own loop takes two to three times as long.
 */
const each = (pointers: readonly number[], end: number, work: readonly Code[]): Code => {
  const advance = pointers.map((pointer) => set(pointer, i32.add(get(pointer), i32.const(BYTES))));
  return repeat([...work, ...advance], i32.lessThan(get(pointers[0]), get(end)));
};

const numbers = (count: number, type: ValueType): ValueType[] => Array<ValueType>(count).fill(type);
const splat = (local: number): Code => f32x4.splat(get(local));

/**
 * AdamW (Loshchilov & Hutter 2019) as PyTorch computes it; see `adamw.ts` for the meaning of the scalars, which are spread over
 * four lanes before the loop: V8 would do it again for every four numbers.
 */
const adamw: FunctionSource = (() => {
  const pointers = [0, 1, 2, 3, 4];
  const [p, g, m, v, end] = pointers;
  const scalars = Array.from({ length: 8 }, (_, i) => pointers.length + i);
  const spread = scalars.map((scalar) => scalar + scalars.length);
  const [scale, decay, b1, b2, a2, step, correction, epsilon] = spread.map(get);
  const [vp, vg, vm, vv] = [1, 2, 3, 4].map((i) => spread.at(-1)! + i);
  return {
    name: 'adamw',
    parameters: [...numbers(5, 'i32'), ...numbers(8, 'f32')],
    locals: numbers(12, 'v128'),
    body: [
      ...scalars.map((scalar, i) => set(spread[i], splat(scalar))),
      each([p, g, m, v], end, [
        set(vp, f32x4.mul(v128.load(get(p)), decay)),
        set(vg, f32x4.mul(v128.load(get(g)), scale)),
        set(vm, v128.load(get(m))),
        set(vv, f32x4.add(f32x4.mul(v128.load(get(v)), b2), f32x4.mul(f32x4.mul(get(vg), get(vg)), a2))),
        set(vm, f32x4.add(get(vm), f32x4.mul(f32x4.sub(get(vg), get(vm)), b1))),
        v128.store(get(m), get(vm)),
        v128.store(get(v), get(vv)),
        set(vv, f32x4.add(f32x4.div(f32x4.sqrt(get(vv)), correction), epsilon)),
        v128.store(get(p), f32x4.sub(get(vp), f32x4.mul(step, f32x4.div(get(vm), get(vv))))),
      ]),
    ],
  };
})();

/** y ← a y + b x. */
const combine: FunctionSource = (() => {
  const [y, x, end, a, b] = Array(5).keys();
  const mixed = f32x4.add(f32x4.mul(v128.load(get(y)), splat(a)), f32x4.mul(v128.load(get(x)), splat(b)));
  return {
    name: 'combine',
    parameters: [...numbers(3, 'i32'), ...numbers(2, 'f32')],
    locals: [],
    body: [each([y, x], end, [v128.store(get(y), mixed)])],
  };
})();

/** Σ x², added up in double precision. */
const squares: FunctionSource = (() => {
  const [x, end, total, vx, sums] = Array(5).keys();
  const [even, odd] = [
    [0, 2, 0, 2],
    [1, 3, 1, 3],
  ].map((lanes) => f64x2.widen(f32x4.choose(get(vx), get(vx), lanes)));
  return {
    name: 'squares',
    parameters: numbers(2, 'i32'),
    result: 'f64',
    locals: ['f64', 'v128', 'v128'],
    body: [
      each([x], end, [
        set(vx, v128.load(get(x))),
        set(vx, f32x4.mul(get(vx), get(vx))),
        set(sums, f64x2.add(even, odd)),
        set(total, f64.add(get(total), f64.add(f64x2.lane(get(sums), 0), f64x2.lane(get(sums), 1)))),
      ]),
      get(total),
    ],
  };
})();

/**
 * A dropout mask: `kept` (the bits of a float) where a random number is below `threshold`, else 0. Four streams of
 * xorshift (Marsaglia 2003, 13-17-5) start from the four numbers at `seeds`, which must not be 0, with Weyl sequences
 * added to hide its linearity, which start from the four numbers after them.
 */
const mask: FunctionSource = (() => {
  const [x, end, seeds, threshold, kept, state, weyl] = Array(7).keys();
  const shifted = (local: number, left: boolean, bits: number): Code =>
    set(local, v128.xor(get(local), (left ? i32x4.shiftLeft : i32x4.shiftRight)(get(local), bits)));
  return {
    name: 'mask',
    parameters: numbers(5, 'i32'),
    locals: numbers(2, 'v128'),
    body: [
      set(state, v128.load(get(seeds))),
      set(weyl, v128.load(i32.add(get(seeds), i32.const(BYTES)))),
      each([x], end, [
        shifted(state, true, 13),
        shifted(state, false, 17),
        shifted(state, true, 5),
        set(weyl, i32x4.add(get(weyl), i32x4.splat(i32.const(WEYL_STEP)))),
        v128.store(
          get(x),
          v128.and(
            i32x4.lessThanUnsigned(i32x4.add(get(state), get(weyl)), i32x4.splat(get(threshold))),
            i32x4.splat(get(kept)),
          ),
        ),
      ]),
    ],
  };
})();

export interface Kernels {
  adamw(
    ...pointersAndScalars: readonly [
      p: number,
      g: number,
      m: number,
      v: number,
      end: number,
      ...scalars: number[],
    ]
  ): void;
  combine(y: number, x: number, end: number, a: number, b: number): void;
  squares(x: number, end: number): number;
  mask(x: number, end: number, seeds: number, threshold: number, kept: number): void;
}

let compiled: object | undefined;

/** The loops, over one shared memory. */
export function instantiateKernels(memory: WasmMemory): Kernels {
  compiled ??= new Module(assemble([adamw, combine, squares, mask], MAXIMUM_PAGES));
  return new Instance(compiled, { env: { memory } }).exports as Kernels;
}
