import type { Gold, Input, Prediction } from '../../../tasks/examples.ts';
import { collect, type Shape } from '../shape.ts';

type PartFamily = 'dialogue-acts' | 'mention-status';

/** Where predictions and gold of a family have their list of labels. */
interface Lists<F extends PartFamily> {
  labels(answer: Gold<F> | Prediction<F>): readonly string[];
  prediction(labels: readonly string[]): Prediction<F>;
  /** How many labels an input has. */
  count(input: Input<F>): number;
}

interface PartLabel {
  readonly part: number;
  readonly label: string;
}

/** One label for each part of an input, by the votes of members: the one with the highest score. */
const partShape = <F extends PartFamily>({ labels, prediction, count }: Lists<F>): Shape<F> => ({
  rule: 'set',
  scored: () => false,
  exclusive: () => [true],
  threshold: () => false,
  propose(input, said) {
    const given = said.map((one) =>
      (one ? labels(one) : []).map((label, part) => ({ item: { part, label }, value: 1 })),
    );
    const { items, values } = collect<PartLabel>(said.length, given, ({ part, label }) => `${part} ${label}`);
    return {
      classes: items.map(({ label }) => label),
      values,
      right(gold) {
        const own = labels(gold);
        return Float64Array.from(items, ({ part, label }) => Number(own[part] === label));
      },
      decide(scores) {
        const best = new Array<number>(count(input)).fill(-1);
        for (const [i, { part }] of items.entries())
          if (best[part] < 0 || scores[i] > scores[best[part]]) best[part] = i;
        return prediction(best.map((i) => items[i].label));
      },
    };
  },
});

export const actsShape = partShape<'dialogue-acts'>({
  labels: ({ acts }) => acts,
  prediction: (acts) => ({ acts }),
  count: ({ turns }) => turns.length,
});

export const statusShape = partShape<'mention-status'>({
  labels: ({ statuses }) => statuses,
  prediction: (statuses) => ({ statuses }),
  count: ({ mentions }) => mentions.length,
});
