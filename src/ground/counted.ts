/** A count with its noun, for English texts: `1 run`, `2 runs`, `1 file differs`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
