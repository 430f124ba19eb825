import * as z from 'zod';
import type { Task } from '../../task.ts';
import type { Reading } from '../asking.ts';
import { labelOf, readAnswer } from './read-answer.ts';
import type { Turn } from './types.ts';

/** A dialogue for a prompt, its lines numbered from 1. */
export const numbered = (turns: readonly Turn[]): string =>
  turns.map(({ speaker, text }, i) => `${i + 1}. ${speaker}：${text}`).join('\n');

/** A dialogue for a prompt; lines without a speaker have no prefix. */
export const dialogueText = (turns: readonly Turn[]): string =>
  turns.map(({ speaker, text }) => (speaker === '' ? text : `${speaker}：${text}`)).join('\n');

/** The labels of `answer[field]`, one for each of `count` parts, or why there are none. */
export function readLabelAnswers(
  answer: unknown,
  field: string,
  count: number,
  task: Task,
): Reading<readonly string[]> {
  const reading = readAnswer(z.object({ [field]: z.array(labelOf(task)) }), answer);
  if ('unreadable' in reading) return reading;
  const labels = reading.value[field];
  if (labels.length !== count) return { unreadable: `wrong-count ${field}` };
  return { prediction: labels };
}
