import { type BioRule, decodeBio } from '../../metrics/bio.ts';
import { classLayout } from '../../metrics/class-scores.ts';
import { setMetric } from '../../metrics/sets.ts';
import { type AveragedScores, averagesOf, rowsOf } from './classes.ts';
import { countItems, figuresOf, requireAligned, type ScoreOptions } from './options.ts';

/** A span with a type: `start` inclusive, `end` exclusive, in any one unit that both sides use. */
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
  typeof annotation[0] === 'string';

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
  const items = gold.map((one, i) => ({ gold: spansOf(one, tags), predicted: spansOf(predicted[i], tags) }));
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
  const counted = countItems(items, metric, groups);
  const { figures, intervals } = figuresOf(counted, averagesOf(layout), interval);
  return { ...figures, classes: rowsOf(layout, counted.sums), intervals };
}
