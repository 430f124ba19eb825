/** A number's bits well mixed, 32 of them, unsigned (the finalizer of MurmurHash3). */
export function scramble(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

/** 32 bits of a text; other `seed`s give independent ones. */
export function hashText(text: string, seed: number): number {
  let hash = seed ^ text.length;
  for (let i = 0; i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) ^ (hash >>> 15);
  return scramble(hash);
}

/** 53 bits of a text as a safe integer: those of `hashText` by the seeds 1 and 2. */
export function longHash(text: string): number {
  let [first, second] = [1 ^ text.length, 2 ^ text.length];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193) ^ (first >>> 15);
    second = Math.imul(second ^ unit, 0x01000193) ^ (second >>> 15);
  }
  return safeHash(first, second);
}

/** 32 well-mixed bits of a number of up to 48. */
export const mixLong = (value: number): number =>
  scramble((value >>> 0) ^ Math.imul(Math.floor(value / 0x100000000), 0x9e3779b1));

/** 53 bits out of two numbers of 32, as a safe integer. */
export const safeHash = (first: number, second: number): number =>
  scramble(first) * 0x200000 + (scramble(second) >>> 11);
