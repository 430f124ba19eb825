import { createYielder } from '../../ground/yielder.ts';
import type { FamilyId, Prediction } from '../../tasks/examples.ts';
import { type Combination, DEFAULT_THRESHOLD, weightedMeans } from './combination.ts';
import type { Candidates } from './shape.ts';

/** Weights are multiplied and divided by these, one round each. */
const STEPS = [3, 1.7, 1.25];
/** At most as many thresholds are tried for one set of weights. */
const MOST_THRESHOLDS = 24;

/** The inputs of tuning. */
export interface Tuning<F extends FamilyId> {
  readonly candidates: readonly Candidates<F>[];
  /** Whether there is a threshold to choose. */
  readonly threshold: boolean;
  /** The primary score of one prediction per set of candidates, larger is better. */
  score(predictions: readonly Prediction<F>[]): number;
  readonly signal?: AbortSignal;
}

/** The threshold with the best score, and that score; of equal ones the nearest to one half. */
export async function tuneThreshold<F extends FamilyId>(
  { candidates, threshold: chosen, score, signal }: Tuning<F>,
  scores: readonly Float64Array[],
  { refine = true } = {},
): Promise<{ threshold: number; score: number }> {
  const yieldNow = createYielder(signal);
  const at = (threshold: number): number =>
    score(candidates.map((one, i) => one.decide(scores[i], threshold)));
  let best = { threshold: DEFAULT_THRESHOLD, score: at(DEFAULT_THRESHOLD) };
  if (!chosen) return best;
  const between = thresholdsOf(scores);
  const search = async (thresholds: readonly number[]): Promise<void> => {
    for (const threshold of thresholds) {
      await yieldNow();
      const found = at(threshold);
      if (found > best.score) best = { threshold, score: found };
    }
  };
  const coarse = spread(between);
  await search(nearestFirst(coarse));
  if (refine && coarse.length < between.length) {
    const place = coarse.findIndex((threshold) => threshold >= best.threshold);
    const [low, high] = [coarse[place - 1] ?? -Infinity, coarse[place + 1] ?? Infinity];
    await search(nearestFirst(spread(between.filter((one) => one > low && one < high))));
  }
  return best;
}

/** Half-way between scores that occur, ascending. */
function thresholdsOf(scores: readonly Float64Array[]): number[] {
  const distinct = [...new Set(scores.flatMap((some) => Array.from(some)))].sort((a, b) => a - b);
  return distinct.map((score, i) => (score + (i === 0 ? score : distinct[i - 1])) / 2);
}

/** `MOST_THRESHOLDS` of a list, evenly; all of a shorter one. */
const spread = (list: readonly number[]): readonly number[] =>
  list.length <= MOST_THRESHOLDS
    ? list
    : Array.from(
        { length: MOST_THRESHOLDS },
        (_, k) => list[Math.round((k * (list.length - 1)) / (MOST_THRESHOLDS - 1))],
      );

const nearestFirst = (thresholds: readonly number[]): number[] =>
  [...thresholds].sort((a, b) => Math.abs(a - DEFAULT_THRESHOLD) - Math.abs(b - DEFAULT_THRESHOLD) || a - b);

interface Tuned extends Pick<Combination, 'weights' | 'threshold'> {
  readonly score: number;
}

/**
 * Weights of members, and the threshold, with the best score on dev: coordinate search from equal weights; then, as
 * long as it gains, the same search without one of the members; or one member alone where that is better. Of equal
 * scores the earlier, so that what changes nothing on dev stays as it was.
 */
export async function tuneWeights<F extends FamilyId>(tuning: Tuning<F>, members: number): Promise<Tuned> {
  const scoresBy = (weights: readonly number[]): Float64Array[] =>
    tuning.candidates.map(({ values }) => weightedMeans(values, weights));
  const attempt = async (weights: readonly number[], best?: Tuned): Promise<Tuned> => {
    const found = await tuneThreshold(tuning, scoresBy(weights), { refine: false });
    return best && !(found.score > best.score) ? best : { weights, ...found };
  };
  const search = async (among: readonly number[]): Promise<Tuned> => {
    let best = await attempt(onlyOf(among, members));
    for (const step of STEPS) {
      for (const member of among) {
        const { weights } = best;
        best = await attempt(weights.with(member, weights[member] * step), best);
        best = await attempt(weights.with(member, weights[member] / step), best);
      }
    }
    return best;
  };
  const all = Array.from({ length: members }, (_, member) => member);
  let best = await searchWithoutSome(search, all);
  for (const member of all) best = await attempt(onlyOf([member], members), best);
  const refined = await tuneThreshold(tuning, scoresBy(best.weights));
  return refined.score > best.score ? { ...best, ...refined } : best;
}

/** Backward elimination: members are removed one at a time, down to two, while the best score increases. */
async function searchWithoutSome(
  search: (among: readonly number[]) => Promise<Tuned>,
  among: readonly number[],
): Promise<Tuned> {
  let best = await search(among);
  let kept = among;
  while (kept.length > 2) {
    const before = best;
    for (const member of kept) {
      const rest = kept.filter((other) => other !== member);
      const found = await search(rest);
      if (found.score > best.score) best = found;
    }
    if (best === before) break;
    kept = among.filter((member) => best.weights[member] > 0);
  }
  return best;
}

/** A weight of 1 for these members, of 0 for all others. */
const onlyOf = (among: readonly number[], members: number): number[] =>
  Array.from({ length: members }, (_, member) => Number(among.includes(member)));
