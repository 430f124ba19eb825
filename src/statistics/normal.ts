const SQRT_TAU = Math.sqrt(2 * Math.PI);
/** Where the series hands over to the continued fraction. */
const TAIL_FROM = 3;

/** Standard normal distribution function, relative error about 1e-14 in both tails. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  return z < 0 ? upperTail(-z) : 1 - upperTail(z);
}

/** P(Z > z) for any z, without losing the digits of a far tail. */
export function normalSurvival(z: number): number {
  return normalCdf(-z);
}

/** z >= 0. */
function upperTail(z: number): number {
  const density = Math.exp(-0.5 * z * z) / SQRT_TAU;
  if (z < TAIL_FROM) {
    // Marsaglia 2004: Φ(z) = 1/2 + φ(z)·(z + z³/3 + z⁵/(3·5) + …)
    let term = z;
    let sum = z;
    for (let i = 3; sum + term !== sum; i += 2) {
      term *= (z * z) / i;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // Laplace's continued fraction, from the inside out.
  let fraction = z;
  for (let i = 120; i > 0; i--) fraction = z + i / fraction;
  return density === 0 ? 0 : density / fraction;
}

// Wichura 1988, algorithm AS 241 (PPND16): coefficients, lowest power first.
const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
] as const;
const SHOULDER = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const FAR = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

const polynomial = (c: readonly number[], x: number): number =>
  ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];

const quotient = (sides: readonly (readonly number[])[], x: number): number =>
  polynomial(sides[0], x) / polynomial(sides[1], x);

/** Inverse of `normalCdf`: 0 → -Infinity, 1 → Infinity, outside [0, 1] NaN. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * quotient(CENTRE, 0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const z = r <= 5 ? quotient(SHOULDER, r - 1.6) : quotient(FAR, r - 5);
  return q < 0 ? -z : z;
}
