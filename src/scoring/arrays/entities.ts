import { type BioRule, decodeBio } from '../../metrics/bio.ts';
import { CLASS_COUNTS, type ClassLayout, classLayout } from '../../metrics/class-scores.ts';
import { setMetric } from '../../metrics/sets.ts';
import { createTagCounter } from '../../metrics/tag-counts.ts';
import { sumCounts } from '../../statistics/counts.ts';
import { type AveragedScores, averagesOf, rowsOf } from './classes.ts';
import {
  type Counted,
  countItems,
  figuresOf,
  requireAligned,
  type ScoreOptions,
  unitsOf,
} from './options.ts';

/** A span with a type: `start` inclusive, `end` exclusive, in any unit, the same on both sides. */
export interface TypedSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/** The entities of one text: spans, or one tag per token. */
export type EntityAnnotation = readonly TypedSpan[] | readonly string[];

/** How entities are read and counted. */
export interface EntityOptions extends ScoreOptions {
  /** How tags become spans; see `BioRule`. Default `seqeval`, which is what seqeval 1.2.2 does by default. */
  readonly tags?: BioRule;
  /** The types that count, in the order of the rows. Default: all that occur, sorted. */
  readonly types?: readonly string[];
}

const isTags = (annotation: EntityAnnotation): annotation is readonly string[] =>
  typeof annotation[0] !== 'object';

const spansOf = (annotation: EntityAnnotation, rule: BioRule): readonly TypedSpan[] =>
  isTags(annotation) ? decodeBio(annotation, rule) : annotation;

/**
 * Strict scores of entities: a predicted span is right if its start, end and type equal those of a gold span of the same
 * text that no earlier prediction has matched. Gold is a set; a repeated prediction is wrong.
 *
 * @param gold the entities of every text, as spans or as tags
 * @param predicted the same of the predictions, in the same order; the two sides may differ in form
 * @throws UserError `length-mismatch` where the two sides differ in length
 *
 * @example
 * ```ts
 * import { entityScores } from 'chineseblue/metrics';
 *
 * const gold = [['B-疾病', 'I-疾病', 'O'], ['O', 'B-药物']];
 * const predicted = [['B-疾病', 'I-疾病', 'O'], ['O', 'O']];
 * const scores = entityScores(gold, predicted);
 * scores.f1; // 0.667, as seqeval's f1_score
 * scores.classes.map(({ class: type, f1 }) => [type, f1]); // [['疾病', 1], ['药物', 0]]
 * entityScores([[{ start: 0, end: 2, type: '疾病' }]], [[]]).recall; // 0
 * ```
 */
export function entityScores(
  gold: readonly EntityAnnotation[],
  predicted: readonly EntityAnnotation[],
  { tags = 'seqeval', types, interval, groups }: EntityOptions = {},
): AveragedScores {
  requireAligned(gold, predicted, groups);
  const areTagged =
    gold.every(isTags) &&
    predicted.every(isTags) &&
    gold.every(({ length }, i) => length === predicted[i].length);
  const { layout, counted } = areTagged
    ? countTags(gold, predicted, tags, types, interval ? unitsOf(gold.length, groups) : [gold.keys()])
    : countSpans(gold, predicted, tags, types, groups);
  const { figures, intervals } = figuresOf(counted, averagesOf(layout), interval);
  return { ...figures, classes: rowsOf(layout, counted.sums), intervals };
}

interface CountedEntities {
  readonly layout: ClassLayout;
  readonly counted: Counted;
}

/** Counts of tagged texts, one row per unit. */
function countTags(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  rule: BioRule,
  wanted: readonly string[] | undefined,
  units: Iterable<Iterable<number>>,
): CountedEntities {
  const counter = createTagCounter(rule);
  const byUnit: Float64Array[] = [];
  for (const unit of units) {
    for (const i of unit) counter.add(gold[i], predicted[i]);
    byUnit.push(counter.take());
  }
  const types = counter.types();
  const occur = types.map(() => false);
  for (const counts of byUnit)
    for (let i = 0; i < counts.length; i++) if (counts[i] > 0) occur[Math.floor(i / CLASS_COUNTS)] = true;
  const layout = classLayout(wanted ?? types.filter((_, i) => occur[i]).sort());
  const width = layout.unlisted + CLASS_COUNTS;
  const begins = types.map((type) => layout.begins.get(type) ?? layout.unlisted);
  const counts = new Float64Array(byUnit.length * width);
  byUnit.forEach((ofTypes, row) => {
    for (let i = 0; i < ofTypes.length; i++)
      counts[row * width + begins[Math.floor(i / CLASS_COUNTS)] + (i % CLASS_COUNTS)] += ofTypes[i];
  });
  return { layout, counted: { counts, width, sums: sumCounts(counts, width) } };
}

function countSpans(
  gold: readonly EntityAnnotation[],
  predicted: readonly EntityAnnotation[],
  rule: BioRule,
  types: readonly string[] | undefined,
  groups: readonly string[] | undefined,
): CountedEntities {
  const items = gold.map((one, i) => ({ gold: spansOf(one, rule), predicted: spansOf(predicted[i], rule) }));
  const occurring = new Set<string>();
  for (const item of items)
    for (const side of [item.gold, item.predicted]) for (const { type } of side) occurring.add(type);
  const layout = classLayout(types ?? [...occurring].sort());
  const metric = setMetric<(typeof items)[number], TypedSpan>({
    gold: (item) => item.gold,
    predicted: (item) => item.predicted,
    same: (a, b) => a.start === b.start && a.end === b.end && a.type === b.type,
    classOf: ({ type }) => type,
    classes: layout.classes,
    average: 'micro',
  });
  return { layout, counted: countItems(items, metric, groups) };
}
