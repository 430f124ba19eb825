import * as z from 'zod';
import type { Text } from '../../../ground/language.ts';
import type { Task } from '../../task.ts';
import type { Asking, OptionScores, Reading } from '../asking.ts';
import { labelOf, perTask, readAnswer } from './read-answer.ts';
import type { SingleLabelTypes } from './single-label.ts';
import type { LabelPrediction, Text1, Text2 } from './types.ts';

/** The label with the largest score, the first of several. */
export function likeliest(scores: OptionScores): string {
  const [first, ...others] = Object.entries(scores);
  return others.reduce((best, other) => (other[1] > best[1] ? other : best), first)[0];
}

const labelJson = perTask((task) => z.object({ label: labelOf(task) }));

/** The label of `{"label"}`, or why there is none. */
export function readLabelAnswer(answer: unknown, task: Task): Reading<LabelPrediction> {
  const reading = readAnswer(labelJson(task), answer);
  return 'unreadable' in reading ? reading : { prediction: reading.value };
}

interface LabelPrompt<Input extends object> {
  readonly id: string;
  readonly system: Text;
  readonly user: Text;
  readonly placeholders: readonly (keyof Input & string)[];
}

/** Prompts of a family where every example has one label: they ask for that label. */
export function labelAsking<Input extends Text1 | Text2>({
  id,
  system,
  user,
  placeholders,
}: LabelPrompt<Input>): Asking<SingleLabelTypes<Input>> {
  return {
    id: 'label',
    prompt: { id, system, user },
    placeholders,
    schema: (task) => ({
      type: 'object',
      properties: { label: { type: 'string', enum: task.labels.map((label) => label.id) } },
      required: ['label'],
      additionalProperties: false,
    }),
    calls: (input) => [Object.fromEntries(placeholders.map((name) => [name, String(input[name])]))],
    worked: ({ label }) => [{ label }],
    read: ([answer], _input, task) => readLabelAnswer(answer, task),
    choice: {
      options: ({ labels }) => labels,
      answer: (label) => ({ label }),
      decide: ([scores]) => ({ label: likeliest(scores), scores: finite(scores) }),
    },
  };
}

/** A prediction's scores are finite numbers: what was ruled out is below all else. */
function finite(scores: OptionScores): OptionScores {
  const least = Math.min(...Object.values(scores).filter(Number.isFinite));
  const floor = Number.isFinite(least) ? least - 1 : -1;
  return Object.fromEntries(
    Object.entries(scores).map(([label, score]) => [label, Number.isFinite(score) ? score : floor]),
  );
}
