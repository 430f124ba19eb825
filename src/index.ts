/** What a program may import from `chineseblue`. */
export { type CorpusFile, readSplit, resolveDataDir, type Split } from './corpora/corpus.ts';
export { EXIT, UserError } from './ground/errors.ts';
export type { Details, Metric } from './metrics/metric.ts';
export type { FitRequest, ModelKind, Predictor } from './models/model.ts';
export { findModel, modelKinds } from './models/registry.ts';
export { evaluate, type Plan } from './runs/evaluate.ts';
export { readPredictions } from './runs/predictions.ts';
export { type ScoreSheet, scorePredictions } from './runs/scoring.ts';
export { listRuns, readRun } from './runs/store.ts';
export { bootstrap } from './statistics/bootstrap.ts';
export { conventions, findConvention } from './tasks/conventions.ts';
export type * from './tasks/examples.ts';
export { families } from './tasks/families.ts';
export { findTask, tasks } from './tasks/registry.ts';
export type { Label, SplitName, Task } from './tasks/task.ts';
