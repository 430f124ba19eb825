import type { CommandSpec } from './command.ts';
import { tasksCommand } from './commands/tasks.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly CommandSpec[] = [tasksCommand];
