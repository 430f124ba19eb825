import { type Encoder, encodeOne } from '../features/encoder.ts';
import { type LogisticModel, probabilities } from './logistic.ts';

/** So many pieces of evidence are shown for a label. */
const SHOWN = 12;

/**
 * For the likeliest labels (one, or every one of independent labels that is chosen): its probability, then
 * what the columns of the row add to its score, heaviest first.
 */
export function explainRow<Input>(
  encoder: Encoder<Input>,
  logistic: LogisticModel,
  labels: readonly string[],
  chosen: readonly string[],
  input: Input,
): string[] {
  const { weights, outputs } = logistic;
  const rows = encodeOne(encoder, input);
  const scores = probabilities(logistic, rows);
  return chosen.flatMap((label) => {
    const index = labels.indexOf(label);
    const single = outputs === 1 && labels.length === 2;
    const output = single ? 0 : index;
    const sign = single && index === 0 ? -1 : 1;
    const probability = sign > 0 ? scores[output] : 1 - scores[output];
    const evidence = Array.from(rows.columns, (column, k) => ({
      column,
      push: sign * rows.values[k] * weights[column * outputs + output],
    }))
      .filter(({ push }) => push !== 0)
      .sort((a, b) => Math.abs(b.push) - Math.abs(a.push) || a.column - b.column)
      .slice(0, SHOWN)
      .map(
        ({ column, push }) => `${push > 0 ? '+' : '−'}${Math.abs(push).toFixed(3)} ${encoder.name(column)}`,
      );
    return [`${label}: ${probability.toFixed(3)}`, ...evidence];
  });
}
