import { minimize } from '../optimize/lbfgs.ts';
import type { LogisticModel } from './logistic.ts';

/** Mean cross-entropy of scores (before softmax or sigmoid), `outputs` numbers per row, times `slope`, plus `offset`. */
export function crossEntropy(
  scores: Float64Array,
  targets: Float64Array,
  outputs: number,
  link: 'softmax' | 'sigmoid',
  slope = 1,
  offset = 0,
): number {
  let loss = 0;
  for (let at = 0; at < scores.length; at += outputs) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = at; k < at + outputs; k++) most = Math.max(most, slope * scores[k] + offset);
    let sum = 0;
    for (let k = at; k < at + outputs; k++) {
      const score = slope * scores[k] + offset;
      if (link === 'sigmoid')
        loss += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - targets[k] * score;
      else {
        sum += Math.exp(score - most);
        loss -= targets[k] * (score - most);
      }
    }
    if (link === 'softmax') loss += Math.log(sum);
  }
  return loss / (scores.length / outputs);
}

/**
 * The slope and offset of scores with the least cross-entropy on examples that the scores were not fitted
 * to: Platt's sigmoid (1999) for single answers, one temperature (Guo et al. 2017) for a softmax.
 */
export async function calibrate(
  scores: Float64Array,
  targets: Float64Array,
  outputs: number,
  link: 'softmax' | 'sigmoid',
): Promise<{ slope: number; offset: number }> {
  const loss = (x: Float64Array): number =>
    crossEntropy(scores, targets, outputs, link, Math.exp(x[0]), x[1]);
  const step = 1e-5;
  const free = link === 'sigmoid' ? 2 : 1;
  const { x } = await minimize(
    (at, gradient) => {
      gradient.fill(0);
      for (let i = 0; i < free; i++) {
        const [more, less] = [at.slice(), at.slice()];
        more[i] += step;
        less[i] -= step;
        gradient[i] = (loss(more) - loss(less)) / (2 * step);
      }
      return loss(at);
    },
    new Float64Array(2),
    { gradientTolerance: 1e-6, maxIterations: 100 },
  );
  return { slope: Math.exp(x[0]), offset: x[1] };
}

/** The model whose scores are those of `model` times `slope`, plus `offset`. */
export function rescale(
  model: LogisticModel,
  { slope, offset }: { slope: number; offset: number },
): LogisticModel {
  return {
    ...model,
    weights: model.weights.map((weight) => weight * slope),
    intercepts: model.intercepts.map((intercept) => intercept * slope + offset),
  };
}
