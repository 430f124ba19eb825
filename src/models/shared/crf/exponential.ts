const STEPS = 256;
const PER_STEP = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;
/** Arguments below minus this are not served. */
export const DEEPEST = 300;
const COARSE = Float64Array.from({ length: Math.ceil((DEEPEST * PER_STEP) / STEPS) + 1 }, (_, n) => 2 ** -n);
const FINE = Float64Array.from({ length: STEPS }, (_, n) => 2 ** (-n / STEPS));

/**
 * exp(-x) for x in `0 .. DEEPEST`, to 13 digits and more: two tables for the powers of 2 and a
 * polynomial for the rest (Tang 1989). Many times as fast as `Math.exp`, which the lattice needs
 * millions of times an iteration.
 */
export function decay(x: number): number {
  const scaled = x * PER_STEP;
  const whole = scaled | 0;
  const z = (whole - scaled) * STEP;
  const rest = 1 + z * (1 + z * (0.5 + z * (1 / 6 + z * (1 / 24))));
  return COARSE[whole >> 8] * FINE[whole & 255] * rest;
}
