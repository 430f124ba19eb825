/** Just enough of an assembler for WebAssembly (core specification 2.0 with SIMD and shared memory) for a few loops. */

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
};
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const last = (rest >> 6 === 0 || rest >> 6 === -1) && rest >> 7 === rest >> 6;
    bytes.push((rest & 0x7f) | (last ? 0 : 0x80));
    if (last) return bytes;
  }
};

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';
const TYPES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A piece of code that leaves one value on the stack, or none. */
export type Code = readonly number[];

const simd = (opcode: number, ...rest: number[]): number[] => [0xfd, ...unsigned(opcode), ...rest];
const pair =
  (opcode: readonly number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];
const single =
  (opcode: readonly number[]) =>
  (a: Code): Code => [...a, ...opcode];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value | 0)],
  add: pair([0x6a]),
  sub: pair([0x6b]),
  lessThan: pair([0x49]),
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
};
export const f64 = { add: pair([0xa0]) };
export const f32x4 = {
  splat: single(simd(0x13)),
  add: pair(simd(0xe4)),
  sub: pair(simd(0xe5)),
  mul: pair(simd(0xe6)),
  div: pair(simd(0xe7)),
  sqrt: single(simd(0xe3)),
  /** Four of the eight numbers of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
  choose: (a: Code, b: Code, lanes: readonly number[]): Code => [
    ...a,
    ...b,
    ...simd(0x0d, ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])),
  ],
};
export const f64x2 = {
  add: pair(simd(0xf0)),
  mul: pair(simd(0xf2)),
  /** The first two of four numbers of single precision. */
  widen: single(simd(0x5f)),
  /** The number in one of the two lanes. */
  lane: (a: Code, lane: number): Code => [...a, ...simd(0x21, lane)],
};
export const i32x4 = {
  splat: single(simd(0x11)),
  add: pair(simd(0xae)),
  lessThanUnsigned: pair(simd(0x3a)),
  shiftLeft: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(0xab)],
  shiftRight: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(0xad)],
};
export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00, 4, ...unsigned(offset))],
  zero: simd(0x0c, ...Array<number>(16).fill(0)),
  /** The 8 bytes at one address and those at another. */
  loadBoth: (low: Code, high: Code): Code => [...high, ...low, ...simd(0x5d, 3, 0), ...simd(0x57, 3, 0, 1)],
  /** The 8 bytes at an address, twice. */
  loadTwice: (address: Code, offset = 0): Code => [...address, ...simd(0x0a, 3, ...unsigned(offset))],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b, 4, ...unsigned(offset)),
  ],
  and: pair(simd(0x4e)),
  xor: pair(simd(0x51)),
};
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** Runs the body at least once, and again while the condition that ends it is true. */
export const repeat = (body: readonly Code[], again: Code): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...again,
  0x0d,
  0,
  0x0b,
];

/** Runs the body if the condition is true. */
export const when = (condition: Code, body: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...body.flat(),
  0x0b,
];

export interface FunctionSource {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result?: ValueType;
  readonly locals: readonly ValueType[];
  readonly body: readonly Code[];
}

const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
};
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];

/** A module of functions that share one imported memory, `env.memory`. */
export function assemble(
  functions: readonly FunctionSource[],
  maximumPages: number,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...unsigned(parameters.length),
    ...parameters.map((type) => TYPES[type]),
    ...(result ? [1, TYPES[result]] : [0]),
  ]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [
      ...unsigned(locals.length),
      ...locals.flatMap((type) => [1, TYPES[type]]),
      ...body.flat(),
      0x0b,
    ];
    return [...unsigned(code.length), ...code];
  });
  const memory = [...text('env'), ...text('memory'), 2, 3, ...unsigned(1), ...unsigned(maximumPages)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}
