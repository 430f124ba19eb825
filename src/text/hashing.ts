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

/** 53 bits of a text as a safe integer. */
export const longHash = (text: string): number => hashText(text, 1) * 0x200000 + (hashText(text, 2) >>> 11);
