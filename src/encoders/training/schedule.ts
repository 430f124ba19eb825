export const SCHEDULES = ['linear', 'cosine', 'constant'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/**
 * Factor of the learning rate at a step, counted from 1 to `total`: rises linearly over the first `warmup` share of all
 * steps, then falls to 0 linearly or as half a cosine, or stays constant.
 */
export function scheduleShare(schedule: Schedule, step: number, total: number, warmup: number): number {
  const rise = Math.round(total * warmup);
  if (step <= rise) return step / rise;
  const left = (total - step + 1) / Math.max(1, total - rise);
  if (schedule === 'constant') return 1;
  return schedule === 'linear' ? left : 0.5 * (1 - Math.cos(Math.PI * left));
}
