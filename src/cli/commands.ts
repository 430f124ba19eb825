import type { CommandSpec } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { conventionsCommand } from './commands/conventions.ts';
import { dataCommand } from './commands/data.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { predictCommand } from './commands/predict.ts';
import { reportCommand } from './commands/report.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { scoreCommand } from './commands/score.ts';
import { tasksCommand } from './commands/tasks.ts';
import { trainCommand } from './commands/train.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly CommandSpec[] = [
  runCommand,
  dataCommand,
  scoreCommand,
  reproduceCommand,
  checkCommand,
  compareCommand,
  reportCommand,
  trainCommand,
  predictCommand,
  explainCommand,
  initCommand,
  tasksCommand,
  conventionsCommand,
  runsCommand,
];
