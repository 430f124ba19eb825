import type { Cell } from '../../encoders/heads/span.ts';

/** Equal exactly where matrix and tokens are. */
export const keyOf = ({ type, first, last }: Cell): string => `${type} ${first} ${last}`;

/** The cells whose tokens all lie in a window, by their places in it. */
export const inWindow = (cells: readonly Cell[], start: number, end: number): Cell[] =>
  cells
    .filter(({ first, last }) => Math.min(first, last) >= start && Math.max(first, last) < end)
    .map(({ type, first, last }) => ({ type, first: first - start, last: last - start }));
