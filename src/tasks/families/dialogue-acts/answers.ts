import type { Task } from '../../task.ts';
import type { ExampleOf, Fault } from '../family.ts';
import { asLabel, knownLabels, type Line, labelFault, readList } from '../shared/faults.ts';
import { wrongLabel } from '../shared/wrong.ts';
import type { DialogueActsTypes } from './types.ts';

type Answer = DialogueActsTypes['prediction'];

/** Reads `{"acts": ["…"]}`, one for each turn. */
export function parseActs(
  line: Line,
  { turns }: DialogueActsTypes['input'],
  task: Task,
): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const acts = readList<string>(line, 'acts', (value, field) => {
    const act = asLabel(value);
    const fault = labelFault(act, field, known);
    return fault ? [fault] : String(act);
  });
  if ('faults' in acts) return acts.faults;
  if (acts.length === turns.length) return { acts };
  const message = {
    en: `"acts" has ${acts.length} acts, but the dialogue has ${turns.length} turns`,
    zh: `“acts”有 ${acts.length} 个，而对话有 ${turns.length} 句`,
  };
  return [{ code: 'wrong-count', field: 'acts', message }];
}

/** A wrong act for every turn. */
export const missingActs = ({ gold }: ExampleOf<DialogueActsTypes>, task: Task): Answer => ({
  acts: gold.acts.map((act) => wrongLabel(task, act)),
});
