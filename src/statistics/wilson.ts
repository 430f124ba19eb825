/** z of a two-sided 95 % interval. */
const Z = 1.96;

/** A share with its 95 % interval. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** `count` of `of` with Wilson's 95 % interval (1927); NaN where nothing was counted. */
export function shareOf(count: number, of: number): Share {
  const share = count / of;
  const centre = share + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const scale = 1 + Z ** 2 / of;
  // Rounding may pass the ends by a little; NaN stays NaN.
  const inside = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    count,
    of,
    share,
    low: inside((centre - spread) / scale),
    high: inside((centre + spread) / scale),
  };
}

/**
 * The difference of two independent shares with a 95 % interval from their Wilson intervals: method 10 of R. G. Newcombe,
 * "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998.
 */
export function shareDifference(a: Share, b: Share): { difference: number; low: number; high: number } {
  const difference = a.share - b.share;
  return {
    difference,
    low: difference - Math.hypot(a.share - a.low, b.high - b.share),
    high: difference + Math.hypot(a.high - a.share, b.share - b.low),
  };
}
