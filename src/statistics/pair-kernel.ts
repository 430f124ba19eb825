import {
  assemble,
  type Code,
  type FunctionSource,
  f64x2,
  get,
  i32,
  repeat,
  set,
  v128,
  when,
} from '../ground/assemble.ts';
import { Instance, Memory, Module, type WasmMemory } from '../ground/webassembly.ts';

const DOUBLE = Float64Array.BYTES_PER_ELEMENT;
const WORD = Uint32Array.BYTES_PER_ELEMENT;
const ALIGNMENT = 16;
const PAGE = 65_536;
/** The reach of a 32-bit address, less one page. */
const MAXIMUM_PAGES = 65_535;

/** The sums of every column under two weightings at once, in the order in which `addWeighted` adds. Addresses are in bytes. */
export interface PairKernel {
  addWeightedPairs(
    /** An address for each column: where its entries end. */
    ends: number,
    endsEnd: number,
    /** An address for each entry: that of the first weight of its row. */
    entries: number,
    /** A number for each entry. */
    values: number,
    /** Offset in bytes of the second weight from the first. */
    apart: number,
    /** Two sums for each column. */
    sums: number,
  ): void;
}

const addWeightedPairs: FunctionSource = (() => {
  const [column, columnsEnd, entry, value, apart, sums, end, last, address, a, b, c, d] = Array(13).keys();
  const lanes = [a, b, c, d];
  const advance = (local: number, bytes: number): Code => set(local, i32.add(get(local), i32.const(bytes)));
  const bothWeights = v128.loadBoth(get(address), i32.add(get(address), get(apart)));
  const addEntry = (sum: number, place: number): Code[] => [
    set(address, i32.load(get(entry), place * WORD)),
    set(sum, f64x2.add(get(sum), f64x2.mul(bothWeights, v128.loadTwice(get(value), place * DOUBLE)))),
  ];
  const whileBefore = (until: number, count: number, work: readonly Code[]): Code => {
    const isBefore = i32.lessThan(get(entry), get(until));
    const step = [...work, advance(entry, count * WORD), advance(value, count * DOUBLE)];
    return when(isBefore, [repeat(step, isBefore)]);
  };
  return {
    name: 'addWeightedPairs',
    parameters: Array(6).fill('i32'),
    locals: ['i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
    body: [
      repeat(
        [
          set(end, i32.load(get(column))),
          set(last, i32.sub(get(end), i32.const((lanes.length - 1) * WORD))),
          ...lanes.map((lane) => set(lane, v128.zero)),
          whileBefore(last, lanes.length, lanes.flatMap(addEntry)),
          whileBefore(end, 1, addEntry(a, 0)),
          v128.store(get(sums), f64x2.add(f64x2.add(get(a), get(b)), f64x2.add(get(c), get(d)))),
          advance(sums, 2 * DOUBLE),
          advance(column, WORD),
        ],
        i32.lessThan(get(column), get(columnsEnd)),
      ),
    ],
  };
})();

let compiled: object | undefined;

/** How many numbers the arrays of a kernel have together, at most. */
interface Needed {
  readonly words: number;
  readonly doubles: number;
  readonly arrays: number;
}

/** A kernel, and arrays in its memory. */
export interface KernelMemory {
  readonly kernel: PairKernel;
  words(length: number): Uint32Array;
  doubles(length: number): Float64Array;
}

/** Undefined where the arrays do not fit into one memory of WebAssembly, or the system has no room for it. */
export function allocateForPairs({ words, doubles, arrays }: Needed): KernelMemory | undefined {
  const pages = Math.ceil((words * WORD + doubles * DOUBLE + (arrays + 1) * ALIGNMENT) / PAGE);
  if (pages > MAXIMUM_PAGES) return undefined;
  let memory: WasmMemory;
  try {
    memory = new Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return undefined;
  }
  compiled ??= new Module(assemble([addWeightedPairs], MAXIMUM_PAGES));
  const { exports } = new Instance(compiled, { env: { memory } });
  // A column's end less three entries is compared with addresses: it must not fall below 0.
  let start = ALIGNMENT;
  const take = (size: number): number => {
    const at = start;
    start += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return at;
  };
  return {
    kernel: exports as PairKernel,
    words: (length) => new Uint32Array(memory.buffer, take(length * WORD), length),
    doubles: (length) => new Float64Array(memory.buffer, take(length * DOUBLE), length),
  };
}
