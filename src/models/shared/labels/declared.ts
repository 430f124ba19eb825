import { UserError } from '../../../ground/errors.ts';
import type { Task } from '../../../tasks/task.ts';

/** Labels shown by an error. */
const MAX_SHOWN = 8;

/**
 * Throws a UserError `other-labels` if a kept model answers with a label that the task lacks: it was fitted for another
 * task, and such answers would all count as unreadable. A task without declared labels takes any.
 */
export function requireDeclared(file: string, task: Task, labels: Iterable<string>): void {
  const declared = new Set(task.labels.map(({ id }) => id));
  if (declared.size === 0) return;
  const others = [...new Set(labels)].filter((label) => !declared.has(label));
  if (others.length === 0) return;
  const shown = (all: readonly string[]): readonly string[] =>
    all.length > MAX_SHOWN ? [...all.slice(0, MAX_SHOWN), '…'] : all;
  throw new UserError(
    'other-labels',
    {
      en: `This model answers with labels that ${task.id} does not have: ${shown(others).join(', ')}`,
      zh: `该模型的标签不属于任务 ${task.id}：${shown(others).join('、')}`,
    },
    {
      file,
      hint: {
        en: `Use the task that it was fitted for, or fit it again. ${task.id} has ${shown([...declared]).join(', ')}.`,
        zh: `请使用训练时的任务，或重新训练。${task.id} 的标签为：${shown([...declared]).join('、')}。`,
      },
    },
  );
}
