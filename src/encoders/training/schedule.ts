export const SCHEDULES = ['linear', 'cosine', 'constant'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/**
 * Share of the learning rate at a step, counted from 1 to `total`: rising evenly over the first `warmup` share of all
 * steps, then falling to 0 in a line or half a cosine, or staying.
 */
export function scheduleShare(schedule: Schedule, step: number, total: number, warmup: number): number {
  const rise = Math.round(total * warmup);
  if (step <= rise) return step / rise;
  const left = (total - step + 1) / Math.max(1, total - rise);
  if (schedule === 'constant') return 1;
  return schedule === 'linear' ? left : 0.5 * (1 - Math.cos(Math.PI * left));
}

const LAYER = /^encoder\.layer\.(\d+)\./;

/** 0 for the embeddings, 1 for the first layer, and so on; `layers + 1` for the pooler and the head. */
export function depthOf(name: string, layers: number): number {
  if (name.startsWith('embeddings.')) return 0;
  const layer = LAYER.exec(name);
  return layer ? Number(layer[1]) + 1 : layers + 1;
}

export interface RateOptions {
  readonly rate: number;
  /** Rate of the head where it is not the encoder's. */
  readonly headRate: number;
  /** Every layer learns at this share of the rate of the one above it (Howard & Ruder 2018); 1 for the same. */
  readonly layerDecay: number;
}

/** The learning rate of a parameter before the schedule. */
export function rateOf(name: string, layers: number, { rate, headRate, layerDecay }: RateOptions): number {
  const depth = depthOf(name, layers);
  const isHead = depth > layers && !name.startsWith('pooler.');
  return isHead ? headRate : rate * layerDecay ** (layers + 1 - depth);
}

/** Whether `freeze` holds a parameter still: 1 freezes the embeddings, each further one a layer from below. */
export const isFrozen = (name: string, layers: number, freeze: number): boolean =>
  depthOf(name, layers) < freeze;
