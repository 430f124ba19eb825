/** One point of the function along a line: its value and its slope there. */
export interface Probe {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** Sufficient decrease and curvature constants, as Nocedal & Wright advise for quasi-Newton directions. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** While the function still falls at the end of a step, the next one tried is longer by this factor. */
const EXTENSION = 4;
const MOST_PROBES = 30;
/** Values closer than this, relatively, count as equal: there only slopes can be trusted. */
const ROUNDING = 1e-13;

/**
 * Finds a step that satisfies the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6,
 * with safeguarded cubic interpolation); where rounding hides the decrease, the approximate Wolfe
 * condition of Hager & Zhang (2005) is used instead.
 * `probe` evaluates the function at a step; the last probed step is the one returned.
 * Undefined: no step decreases the function.
 */
export async function searchStep(
  probe: (step: number) => Promise<Probe>,
  start: Probe,
  firstStep: number,
): Promise<Probe | undefined> {
  const flat = ROUNDING * Math.max(1, Math.abs(start.value));
  const decreases = (at: Probe): boolean =>
    at.value <= start.value + DECREASE * at.step * start.slope ||
    (at.value <= start.value + flat && at.slope <= (2 * DECREASE - 1) * start.slope);
  const curved = (at: Probe): boolean => Math.abs(at.slope) <= -CURVATURE * start.slope;

  let low = start;
  let high: Probe | undefined;
  let last = start;
  let step = firstStep;
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    const at = await probe(step);
    last = at;
    if (!decreases(at) || at.value > low.value + flat) high = at;
    else if (curved(at)) return at;
    else if (high === undefined ? at.slope >= 0 : at.slope * (high.step - low.step) >= 0) {
      high = low;
      low = at;
    } else low = at;
    if (high === undefined) step = EXTENSION * at.step;
    else {
      if (Math.abs(high.step - low.step) <= 1e-16 * Math.max(1, low.step)) break;
      step = interpolate(low, high);
    }
  }
  if (low === start) return undefined;
  return last === low ? low : await probe(low.step);
}

/** Minimizer of the cubic through two points and their slopes, kept well inside the interval. */
function interpolate(a: Probe, b: Probe): number {
  const width = b.step - a.step;
  const mean = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const root = Math.sign(width) * Math.sqrt(mean * mean - a.slope * b.slope);
  const cubic = b.step - (width * (b.slope + root - mean)) / (b.slope - a.slope + 2 * root);
  const share = (cubic - a.step) / width;
  if (!Number.isFinite(share)) return a.step + width / 2;
  return a.step + width * Math.min(0.9, Math.max(0.1, share));
}
