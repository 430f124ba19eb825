import type { Gold, Prediction } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { Item } from '../split.ts';
import type { ExportFormat, ExportGold, ExportRecord, ExportRelation } from './export-format.ts';
import type { Obstacle } from './obstacles.ts';

const NOTHING: ExportGold = { labels: [], spans: [], relations: [] };

/** The predictions of a model for a split. */
export interface Predicted {
  /** The model name for tools that show one. */
  readonly model: string;
  /** By the id of the example; absent if there is no valid answer. */
  readonly answers: ReadonlyMap<string, Prediction>;
}

/**
 * An example in the terms of annotation tools, or why it has none. A group that the input itself
 * tells is not written: it is found again. Predictions stand next to gold if the format has a place for both, else instead.
 */
export function toRecord(
  item: Item,
  task: Task,
  format: Pick<ExportFormat, 'holdsPredictions' | 'holdsUnlabelled'>,
  predicted?: Predicted,
): ExportRecord | Obstacle {
  const family = familyOf(task);
  const texts = family.texts(item.input);
  const group = item.group === family.record.unit?.(item.input) ? undefined : item.group;
  const known: ExportRecord = { id: item.id, texts, ...(group === undefined ? {} : { group }) };
  const isBeside = format.holdsPredictions === true;
  const answer = predicted?.answers.get(item.id);
  const marked = predicted && !isBeside ? answer : item.gold;
  if (predicted && !answer && !format.holdsUnlabelled) return 'unanswered';
  const gold = marked && goldOf(marked, texts[0]);
  if (typeof gold === 'string') return gold;
  const record = gold ? { ...known, gold } : known;
  if (!predicted || !answer || !isBeside) return record;
  const own = goldOf(answer, texts[0]);
  if (typeof own === 'string') return own;
  return { ...record, predicted: { ...own, model: predicted.model, score: scoreOf(answer) } };
}

/** The score of the class that was chosen. */
const scoreOf = (answer: Prediction): number | undefined =>
  'label' in answer ? answer.scores?.[answer.label] : undefined;

function goldOf(gold: Gold | Prediction, text: string): ExportGold | Obstacle {
  if ('entities' in gold)
    return {
      ...NOTHING,
      spans: (gold.entities ?? []).flatMap((entity) => ('type' in entity ? [entity] : [])),
    };
  if ('triples' in gold) return placeTriples(gold.triples, text);
  if ('labels' in gold) return { ...NOTHING, labels: gold.labels };
  if ('label' in gold) return { ...NOTHING, labels: [gold.label] };
  return NOTHING;
}

/** Subjects and objects at the first place where the text has them. */
function placeTriples(triples: readonly Triple[], text: string): ExportGold | Obstacle {
  const spans: Entity[] = [];
  const relations: ExportRelation[] = [];
  const indexOf = (mention: string, type: string): number => {
    const start = text.indexOf(mention);
    const known = spans.findIndex(
      (span) => span.start === start && span.type === type && span.end === start + mention.length,
    );
    return known >= 0 ? known : spans.push({ start, end: start + mention.length, type }) - 1;
  };
  for (const { subject, predicate, object, subjectType, objectType } of triples) {
    if (!subjectType || !objectType) return 'relation-end-untyped';
    if ([subject, object].some((end) => end === '' || !text.includes(end))) return 'relation-end-not-in-text';
    const [from, to] = [indexOf(subject, subjectType), indexOf(object, objectType)];
    relations.push({ type: predicate, from, to });
  }
  return { labels: [], spans, relations };
}
