/** Names of parameters with their shapes, in the order of the file. */
export type Entries = readonly (readonly [name: string, shape: readonly number[]])[];

/** A dense layer: its weights are `[out, in]`. */
export const linear = (name: string, from: number, to: number): Entries => [
  [`${name}.weight`, [to, from]],
  [`${name}.bias`, [to]],
];

/** Gain and bias of a layer normalisation. */
export const norm = (name: string, size: number): Entries => [
  [`${name}.weight`, [size]],
  [`${name}.bias`, [size]],
];
