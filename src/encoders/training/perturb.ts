import type { Trained } from './adamw.ts';

/**
 * FGM (Miyato et al. 2017): moves the word embeddings of a batch by `size` along their gradient, as one vector. Returns a
 * function that restores them exactly.
 */
export function perturb(
  words: Trained,
  tokens: ReadonlySet<number>,
  hidden: number,
  size: number,
): () => void {
  const { value, gradient } = words;
  const norm = Math.sqrt(gradient.kernels.squares(gradient.start, gradient.end));
  if (!(norm > 0)) return () => undefined;
  const rows = [...tokens];
  const before = rows.map((row) => value.data.slice(row * hidden, (row + 1) * hidden));
  for (const row of rows) {
    for (let i = row * hidden; i < (row + 1) * hidden; i++) value.data[i] += (size * gradient.data[i]) / norm;
  }
  return () => {
    for (const [k, row] of rows.entries()) value.data.set(before[k], row * hidden);
  };
}
