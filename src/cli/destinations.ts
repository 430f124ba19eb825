import { listed } from '../ground/language.ts';
import type { Task } from '../tasks/task.ts';
import type { Terminal } from './terminal.ts';

/** Printed before the first call: where the texts of tasks are sent. */
export function noteDestination(url: string, tasks: readonly Pick<Task, 'id'>[], terminal: Terminal): void {
  const names = listed(tasks.map(({ id }) => id));
  terminal.note({
    en: `Texts of ${names.en} are sent to ${url}.`,
    zh: `${names.zh} 的文本将发送至 ${url}。`,
  });
}
