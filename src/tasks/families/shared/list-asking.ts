import type { Task } from '../../task.ts';
import type { Reading } from '../asking.ts';
import { isObject } from './faults.ts';
import { labelNamed } from './label-names.ts';
import type { Turn } from './types.ts';

/** A dialogue for a prompt, its lines numbered from 1. */
export const numbered = (turns: readonly Turn[]): string =>
  turns.map(({ speaker, text }, i) => `${i + 1}. ${speaker}：${text}`).join('\n');

/** The labels of `answer[field]`, one for each of `count` parts, or why there are none. */
export function readLabelAnswers(
  answer: unknown,
  field: string,
  count: number,
  task: Task,
): Reading<readonly string[]> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  const list = answer[field];
  if (!Array.isArray(list))
    return { unreadable: `${list === undefined ? 'missing-field' : 'wrong-type'} ${field}` };
  if (list.length !== count) return { unreadable: `wrong-count ${field}` };
  const labels: string[] = [];
  for (const [i, value] of list.entries()) {
    const label = labelNamed(value, task);
    if (label === undefined) return { unreadable: `unknown-label ${field}[${i}]` };
    labels.push(label);
  }
  return { prediction: labels };
}
