import type { OpenedRun } from '../evaluation/opened.ts';
import { shareOf } from '../statistics/wilson.ts';
import { familyOf } from '../tasks/families/registry.ts';

const BINS = 10;
/** Scores count as probabilities where they sum to 1 within this. */
const SUM_TOLERANCE = 0.01;

export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean of the probabilities in it. */
  readonly confidence: number;
  /** Share that was right. */
  readonly accuracy: number;
  /** 95 % Wilson interval of `accuracy`. */
  readonly low: number;
  readonly high: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error over ten bins of equal width (Naeini et al. 2015). */
  readonly ece: number;
  /** Mean squared distance of the probabilities from the truth, summed over labels (Brier 1950). */
  readonly brier: number;
  readonly count: number;
}

/**
 * Whether answers with a probability are right that often, from the probability of the
 * answered label. `none`: no scores were given; `not-probabilities`: they do not sum to one.
 */
export function calibrate(run: OpenedRun): Calibration | 'none' | 'not-probabilities' {
  const { view } = familyOf(run.task);
  const scored = run.examples.flatMap(({ gold }, i) => {
    const prediction = run.predictions[i];
    const right = view.choice?.(gold);
    const answer = prediction && view.choice?.(prediction);
    return right && answer?.scores ? [{ gold: right.label, label: answer.label, scores: answer.scores }] : [];
  });
  if (scored.length === 0) return 'none';
  const sums = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  let brier = 0;
  for (const { gold, label: answer, scores } of scored) {
    const entries = Object.entries(scores);
    const total = entries.reduce((sum, [, score]) => sum + score, 0);
    if (Math.abs(total - 1) > SUM_TOLERANCE || entries.some(([, score]) => score < 0))
      return 'not-probabilities';
    const confidence = scores[answer] ?? 0;
    const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    bin.count++;
    bin.confidence += confidence;
    if (answer === gold) bin.right++;
    for (const [label, score] of entries) brier += (score - (label === gold ? 1 : 0)) ** 2;
    if (scores[gold] === undefined) brier += 1;
  }
  const bins = sums.flatMap(({ count, confidence, right }, i): CalibrationBin[] => {
    if (count === 0) return [];
    const { low, high } = shareOf(right, count);
    return [
      {
        from: i / BINS,
        to: (i + 1) / BINS,
        count,
        confidence: confidence / count,
        accuracy: right / count,
        low,
        high,
      },
    ];
  });
  const ece =
    bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.confidence), 0) / scored.length;
  return { bins, ece, brier: brier / scored.length, count: scored.length };
}
