import { createRandom } from '../../ground/random.ts';

/**
 * Fills `data` with normal numbers of this standard deviation (Box–Muller, two at a time); `stream` separates the random
 * numbers of one tensor from another's.
 */
export function fillNormal(data: Float32Array, deviation: number, seed: number, stream: string): void {
  const random = createRandom(seed, stream);
  for (let i = 0; i < data.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    data[i] = radius * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = radius * Math.sin(angle);
  }
}
