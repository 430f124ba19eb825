/** Added to a Weyl sequence at every step. */
export const WEYL_STEP = 0x9e3779b9;

/** One step of the generator of the dropout kernel: xorshift (Marsaglia 2003, 13-17-5). */
export function xorshift(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** A linear map of 32 bits: what each single bit becomes. */
type BitMatrix = readonly number[];

const apply = (matrix: BitMatrix, bits: number): number => {
  let result = 0;
  for (let i = 0; i < 32; i++) if ((bits >>> i) & 1) result ^= matrix[i];
  return result >>> 0;
};

/** The map of 2ᵏ steps, by k. */
const powers: BitMatrix[] = [Array.from({ length: 32 }, (_, i) => xorshift(2 ** i))];

/** The state after this many steps, at once: xorshift is linear over the bits. */
export function jumpXorshift(state: number, steps: number): number {
  let result = state;
  for (let k = 0, left = steps; left > 0; k++, left = Math.floor(left / 2)) {
    if (k === powers.length) powers.push(powers[k - 1].map((bits) => apply(powers[k - 1], bits)));
    if (left % 2 === 1) result = apply(powers[k], result);
  }
  return result;
}

/** A function of the state after this many steps, faster than `jumpXorshift` where it is called often. */
export function createJump(steps: number): (state: number) => number {
  if (steps === 0) return (state) => state;
  const map = Array.from({ length: 32 }, (_, i) => jumpXorshift(2 ** i, steps));
  return (state) => apply(map, state);
}
