import type { Text } from '../../../ground/language.ts';

/** How many features are shown for a label. */
const SHOWN = 12;

/** What one feature adds to a score. */
export interface Contribution {
  readonly name: Text;
  readonly push: number;
}

/**
 * For every chosen label its probability, then its positive and negative features, heaviest first.
 * `outputs` is 1 where two labels share one output, the probability of the second.
 */
export function explainLabels(
  labels: readonly string[],
  outputs: number,
  chosen: readonly string[],
  scores: Float64Array,
  contributions: (output: number) => readonly Contribution[],
): Text[] {
  return chosen.flatMap((label) => {
    const index = labels.indexOf(label);
    const shared = outputs === 1 && labels.length === 2;
    const output = shared ? 0 : index;
    const sign = shared && index === 0 ? -1 : 1;
    const probability = sign > 0 ? scores[output] : 1 - scores[output];
    const share = probability.toFixed(3);
    const head = {
      en: `${label}: probability ${share}, with the largest contributions to its score`,
      zh: `${label}：概率 ${share}，对其得分贡献最大的特征`,
    };
    return [head, ...heaviest(contributions(output), sign)];
  });
}

/** The heaviest contributions as lines, `+0.123 name`. */
export function heaviest(contributions: readonly Contribution[], sign = 1, shown = SHOWN): Text[] {
  return contributions
    .filter(({ push }) => push !== 0)
    .sort((a, b) => Math.abs(b.push) - Math.abs(a.push) || (a.name.en < b.name.en ? -1 : 1))
    .slice(0, shown)
    .map(({ name, push }) => {
      const amount = `${sign * push > 0 ? '+' : '−'}${Math.abs(push).toFixed(3)}`;
      return { en: `${amount} ${name.en}`, zh: `${amount} ${name.zh}` };
    });
}
