import type { CrfModel } from './model.ts';
import { describeValue, type Vocabulary } from './templates.ts';

/** The name of a feature and its weight. */
export interface FeatureWeight {
  readonly feature: string;
  readonly weight: number;
}

/** The `count` heaviest of some features, by weight; negative ones come last or not at all. */
export function heaviest(
  found: readonly { attribute: number; weight: number }[],
  count: number,
  describe: (attribute: number) => string,
): FeatureWeight[] {
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

/** Features with their weights on one line, the first `count` of them. */
export const listFeatures = (features: readonly FeatureWeight[], count: number): string =>
  features
    .slice(0, count)
    .map(({ feature, weight }) => `${feature} (${weight.toFixed(2)})`)
    .join('; ');
