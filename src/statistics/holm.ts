/** p-values adjusted for the number of tests (Holm 1979), in the given order; NaN stays NaN and is not counted. */
export function holm(p: readonly number[]): number[] {
  const order = p.flatMap((value, i) => (Number.isNaN(value) ? [] : [i])).sort((a, b) => p[a] - p[b]);
  const adjusted = p.map(() => Number.NaN);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}
