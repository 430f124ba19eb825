import type { CrfModel } from './model.ts';
import { describeValue, type Vocabulary } from './templates.ts';

/** A feature in words and its weight. */
export interface Evidence {
  readonly feature: string;
  readonly weight: number;
}

/** The `count` heaviest of some features, by weight; those that speak against come last or not at all. */
export function heaviest(
  found: readonly { attribute: number; weight: number }[],
  count: number,
  describe: (attribute: number) => string,
): Evidence[] {
  return [...found]
    .sort((a, b) => b.weight - a.weight || a.attribute - b.attribute)
    .slice(0, count)
    .map(({ attribute, weight }) => ({ feature: describe(attribute), weight }));
}

/** E.g. `char[-1] char[0] = 肺 癌`. */
export function describeAttribute(model: CrfModel, vocabulary: Vocabulary, attribute: number): string {
  const high = model.high[attribute];
  const low = model.low[attribute];
  const template = model.templates[high >>> 16];
  const values = [high & 0xffff, low >>> 16, low & 0xffff];
  const parts = template.parts.map(({ track }, i) =>
    describeValue(track, values[i], vocabulary, model.words),
  );
  return `${template.name} = ${parts.join(' ')}`;
}
