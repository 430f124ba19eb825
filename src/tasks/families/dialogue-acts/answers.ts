import type { Task } from '../../task.ts';
import type { ExampleOf, Fault } from '../family.ts';
import type { Line } from '../shared/faults.ts';
import { readLabelList } from '../shared/label-list.ts';
import { wrongLabel } from '../shared/wrong.ts';
import { TURNS } from './conventions.ts';
import type { DialogueActsTypes } from './types.ts';

type Answer = DialogueActsTypes['prediction'];

/** Reads `{"acts": ["…"]}`, one for each turn. */
export function parseActs(
  line: Line,
  { turns }: DialogueActsTypes['input'],
  task: Task,
): Answer | readonly Fault[] {
  const acts = readLabelList(line, 'acts', turns.length, TURNS, task);
  return 'faults' in acts ? acts.faults : { acts };
}

/** A wrong act for every turn. */
export const missingActs = ({ gold }: ExampleOf<DialogueActsTypes>, task: Task): Answer => ({
  acts: gold.acts.map((act) => wrongLabel(task, act)),
});
