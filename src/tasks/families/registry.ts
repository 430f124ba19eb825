import type { FamilyId } from '../examples.ts';
import type { Task } from '../task.ts';
import { causal } from './causal/family.ts';
import { classification } from './classification/family.ts';
import { decisionTree } from './decision-tree/family.ts';
import { dialogue } from './dialogue/family.ts';
import { dialogueActs } from './dialogue-acts/family.ts';
import { event } from './event/family.ts';
import type { Family, FamilyTypes } from './family.ts';
import { generation } from './generation/family.ts';
import { inference } from './inference/family.ts';
import { instruction } from './instruction/family.ts';
import { mentionStatus } from './mention-status/family.ts';
import { multilabel } from './multilabel/family.ts';
import { ner } from './ner/family.ts';
import { normalisation } from './normalisation/family.ts';
import { ranking } from './ranking/family.ts';
import { relation } from './relation/family.ts';
import { similarity } from './similarity/family.ts';

/** Every family of tasks by its id, in the order of the tables. Adding one is adding a folder and a line here. */
export const families = {
  ner,
  similarity,
  inference,
  ranking,
  classification,
  multilabel,
  relation,
  dialogue,
  normalisation,
  'dialogue-acts': dialogueActs,
  event,
  'mention-status': mentionStatus,
  causal,
  generation,
  'decision-tree': decisionTree,
  instruction,
} as const;

/**
 * The ids of all families, in the order of the tables.
 *
 * @example
 * ```ts
 * import { familyIds } from 'chineseblue';
 *
 * familyIds.slice(0, 3); // ['ner', 'similarity', 'inference']
 * ```
 */
export const familyIds = Object.keys(families) as FamilyId[];

/** The families with prompts for language models. */
export const askedFamilyIds: readonly FamilyId[] = familyIds.filter(
  (id) => families[id].asking !== undefined,
);

type TypesOf<Registry> = {
  readonly [Id in keyof Registry]: Registry[Id] extends Family<infer _, infer T extends FamilyTypes>
    ? T
    : never;
};

/** What each family declares as its input, gold and prediction. */
export interface Families extends TypesOf<typeof families> {}

/** The family of a task, for code that treats all families alike. */
export const familyOf = (task: Pick<Task, 'family'>): Family => families[task.family];

/**
 * A task that declares no labels, with those that its gold holds, sorted. Figures by class and macro averages need the labels:
 * without them everything is one unlisted class.
 */
export const withObservedLabels = (task: Task, labels: Iterable<string>): Task => ({
  ...task,
  labels: [...new Set(labels)].sort().map((id) => ({ id, meaning: { en: id, zh: id } })),
});
