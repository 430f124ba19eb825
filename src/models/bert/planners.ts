import { causalPlanner } from './causal.ts';
import { dialoguePlanner } from './dialogue.ts';
import { actsPlanner, statusPlanner } from './dialogue-parts.ts';
import { eventPlanner } from './events.ts';
import type { BertFamily } from './families.ts';
import { labelPlanner, multilabelPlanner } from './labels.ts';
import { nerPlanner } from './ner.ts';
import type { Planner } from './plan.ts';
import { rankingPlanner } from './ranking.ts';
import { relationPlanner } from './relation.ts';
import { similarityPlanner } from './similarity.ts';
import { termsPlanner } from './terms.ts';

/** How a BERT serves each family. */
export const PLANNERS: { readonly [F in BertFamily]: Planner<F> } = {
  ner: nerPlanner,
  similarity: similarityPlanner,
  inference: labelPlanner(),
  classification: labelPlanner(),
  multilabel: multilabelPlanner,
  ranking: rankingPlanner,
  relation: relationPlanner,
  dialogue: dialoguePlanner,
  'dialogue-acts': actsPlanner,
  'mention-status': statusPlanner,
  normalisation: termsPlanner,
  event: eventPlanner,
  causal: causalPlanner,
};
