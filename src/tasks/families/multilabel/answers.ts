import type { Task } from '../../task.ts';
import type { ExampleOf, Fault } from '../family.ts';
import { asLabel, knownLabels, type Line, labelFault, labelScoreFaults, readList } from '../shared/faults.ts';
import type { Text1 } from '../shared/types.ts';
import { wrongScores } from '../shared/wrong.ts';
import type { MultilabelTypes } from './types.ts';

type Answer = MultilabelTypes['prediction'];

/** Reads `{"labels": […], "scores": {…}}`; `scores` is optional. */
export function parseLabels(line: Line, _input: Text1, task: Task): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const labels = readList<string>(line, 'labels', (value, field) => {
    const label = asLabel(value);
    const fault = labelFault(label, field, known);
    return fault ? [fault] : (label as string);
  });
  const faults = labelScoreFaults(line.scores, known);
  if ('faults' in labels) return [...labels.faults, ...faults];
  if (faults.length > 0) return faults;
  if (line.scores === undefined) return { labels };
  return { labels, scores: line.scores as Answer['scores'] };
}

/** As many labels as gold has (at least one), none of them right; the empty label where all labels are right. */
function wrongLabels(gold: readonly string[], task: Task): string[] {
  const wrong: string[] = [];
  for (const { id } of task.labels) {
    if (wrong.length === Math.max(gold.length, 1)) break;
    if (!gold.includes(id)) wrong.push(id);
  }
  return wrong.length === 0 ? [''] : wrong;
}

export const missingLabels = ({ gold }: ExampleOf<MultilabelTypes>, task: Task): Answer => ({
  labels: wrongLabels(gold.labels, task),
  scores: wrongScores(task, gold.labels),
});
