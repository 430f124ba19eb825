import { UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { fitWith } from './fit.ts';
import { openKept, openModel } from './kept.ts';
import { learntLabels } from './labels.ts';
import type { BertParameters } from './parameters.ts';
import { PLANNERS } from './planners.ts';
import type { KeptRecord } from './record.ts';

export const fit: Fits<BertParameters> = {
  ner: fitWith(PLANNERS.ner),
  similarity: fitWith(PLANNERS.similarity),
  inference: fitWith(PLANNERS.inference),
  classification: fitWith(PLANNERS.classification),
  multilabel: fitWith(PLANNERS.multilabel),
  ranking: fitWith(PLANNERS.ranking),
  relation: fitWith(PLANNERS.relation),
  dialogue: fitWith(PLANNERS.dialogue),
  'dialogue-acts': fitWith(PLANNERS['dialogue-acts']),
  'mention-status': fitWith(PLANNERS['mention-status']),
  normalisation: fitWith(PLANNERS.normalisation),
  event: fitWith(PLANNERS.event),
  causal: fitWith(PLANNERS.causal),
};

/**
 * A folder that `save` wrote; `answering` overrides how it answers (dtype, device, threads, lexicon features).
 * Throws a UserError `other-family` for a model of another family, and if the folder is damaged.
 */
export async function load(
  folder: string,
  task: Task,
  answering: Partial<BertParameters>,
): Promise<FittedModel> {
  const fitted = await openKept(folder, answering);
  requireFamily(fitted.record.family, task, folder);
  requireDeclared(folder, task, labelsOf(fitted.record));
  return openModel(fitted);
}

const LABELLED: readonly FamilyId[] = [
  ...(['similarity', 'inference', 'classification', 'multilabel'] as const),
  ...(['dialogue-acts', 'mention-status'] as const),
];

/** The labels that it answers with; none for families whose answers are not labels. */
function labelsOf({ family, learnt }: KeptRecord): readonly string[] {
  return LABELLED.includes(family) ? (learntLabels.safeParse(learnt).data?.labels ?? []) : [];
}

function requireFamily(family: FamilyId, task: Task, file: string): void {
  if (family === task.family) return;
  throw new UserError(
    'other-family',
    {
      en: `This model was fine-tuned for ${family}, not ${task.family}`,
      zh: `该模型针对任务族 ${family} 微调，而非 ${task.family}`,
    },
    {
      file,
      hint: {
        en: `Give a task of the family ${family}, or another model.`,
        zh: `请指定任务族 ${family} 的任务，或换用其他模型。`,
      },
    },
  );
}
