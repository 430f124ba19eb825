import type { Random } from '../../ground/random.ts';

const ROUNDS = 20;
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32-20 (Salmon et al. 2011): two words encrypted under a key of two words. As a function rather than a
 * stream, it gives the numbers of any place directly. Writes the two words to `into`.
 */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  into: Uint32Array,
): void {
  const keys = [key0, key1, 0x1bd11bda ^ key0 ^ key1];
  let a = (counter0 + key0) | 0;
  let b = (counter1 + key1) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    a = (a + b) | 0;
    const rotation = ROTATIONS[round % 8];
    b = ((b << rotation) | (b >>> (32 - rotation))) ^ a;
    if (round % 4 === 3) {
      const step = (round + 1) / 4;
      a = (a + keys[step % 3]) | 0;
      b = (b + keys[(step + 1) % 3] + step) | 0;
    }
  }
  into[0] = a;
  into[1] = b;
}

/** What random numbers are for: streams of different purposes are independent. */
export const PURPOSE = { plan: 1, order: 2, mask: 3, unit: 4, held: 5 } as const;

/**
 * The random numbers of one place: equal seed, purpose, epoch and item give equal numbers whatever was drawn
 * elsewhere. `seed`, `epoch` and `item` are integers from 0 to 2^32 - 1.
 */
export function counterRandom(
  seed: number,
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE],
  epoch: number,
  item: number,
): Random {
  const words = new Uint32Array(2);
  threefry(seed, purpose, epoch, item, words);
  const [key0, key1] = words;
  let drawn = 0;
  const next = (): number => {
    threefry(key0, key1, drawn++, 0, words);
    return (words[0] * 0x200000 + (words[1] >>> 11)) / 0x20000000000000;
  };
  return { next, below: (bound) => Math.floor(next() * bound) };
}
