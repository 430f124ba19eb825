/** What a program may import from `chineseblue`. */
export {
  type CorpusFile,
  type Dataset,
  type DatasetRequest,
  type Division,
  type Item,
  openDataset,
  type Question,
  type Split,
} from './datasets/dataset.ts';
export { resolveDataDir, samplesDir } from './datasets/directory.ts';
export { evaluate, type Plan } from './evaluation/evaluate.ts';
export { listRuns, readRun } from './evaluation/store.ts';
export { EXIT, UserError } from './ground/errors.ts';
export { choice, flag, integer, real, text } from './ground/parameters.ts';
export type { Details, Metric } from './metrics/metric.ts';
export type * from './models/contract.ts';
export { defineModel } from './models/define.ts';
export { findModel, modelKinds, registerModel } from './models/registry.ts';
export { readPredictions } from './scoring/predictions.ts';
export { type ScoreSheet, scorePredictions } from './scoring/score-sheet.ts';
export { bootstrap } from './statistics/bootstrap.ts';
export { conventions, findConvention } from './tasks/conventions.ts';
export type * from './tasks/examples.ts';
export { families } from './tasks/families/registry.ts';
export { findTask, tasks } from './tasks/registry.ts';
export type { Label, SplitName, Task } from './tasks/task.ts';
