import type { CommandSpec } from './command.ts';
import { auditLogCommand } from './commands/audit-log.ts';
import { challengeCommand } from './commands/challenge.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { conventionsCommand } from './commands/conventions.ts';
import { corpusCommand } from './commands/corpus.ts';
import { dataCommand } from './commands/data.ts';
import { distilCommand } from './commands/distil.ts';
import { embedCommand } from './commands/embed.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { fillMaskCommand } from './commands/fill-mask.ts';
import { initCommand } from './commands/init.ts';
import { kindsCommand } from './commands/kinds.ts';
import { llmCommand } from './commands/llm.ts';
import { modelCommand } from './commands/model.ts';
import { phrasesCommand } from './commands/phrases.ts';
import { predictCommand } from './commands/predict.ts';
import { pretrainCommand } from './commands/pretrain.ts';
import { promptCommand } from './commands/prompt.ts';
import { reportCommand } from './commands/report.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { scoreCommand } from './commands/score.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { submitCommand } from './commands/submit.ts';
import { suiteCommand } from './commands/suite.ts';
import { tasksCommand } from './commands/tasks.ts';
import { tokenCommand } from './commands/token.ts';
import { trainCommand } from './commands/train.ts';
import { workerCommand } from './commands/worker.ts';

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
  promptCommand,
  llmCommand,
  searchCommand,
  initCommand,
  corpusCommand,
  phrasesCommand,
  pretrainCommand,
  distilCommand,
  fillMaskCommand,
  embedCommand,
  modelCommand,
  exportCommand,
  kindsCommand,
  suiteCommand,
  tasksCommand,
  conventionsCommand,
  runsCommand,
  workerCommand,
  serveCommand,
  submitCommand,
  challengeCommand,
  tokenCommand,
  auditLogCommand,
];
