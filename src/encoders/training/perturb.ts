import type { Block } from './kernels/memory.ts';

/**
 * FGM (Miyato et al. 2017): moves the word embeddings by `size` along the gradient of an update, as one vector. Returns a
 * function that restores them exactly.
 *
 * @param gradient of the word embeddings, over all batches of the update
 * @param tokens the ids that occur in these batches
 */
export function perturb(
  value: Block,
  gradient: Block,
  tokens: ReadonlySet<number>,
  vocabulary: number,
  size: number,
): () => void {
  const norm = Math.sqrt(gradient.kernels.squares(gradient.start, gradient.end));
  if (!(norm > 0)) return () => undefined;
  const rows = [...tokens];
  const width = value.data.length / vocabulary;
  const before = rows.map((row) => value.data.slice(row * width, (row + 1) * width));
  for (const row of rows) {
    for (let i = row * width; i < (row + 1) * width; i++) value.data[i] += (size * gradient.data[i]) / norm;
  }
  return () => {
    for (const [k, row] of rows.entries()) value.data.set(before[k], row * width);
  };
}
