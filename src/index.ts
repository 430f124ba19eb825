/** What a program may import from `chineseblue`: tasks, datasets, models, evaluation, scoring, comparison, reports. */
export { compareRuns } from './compare/compare.ts';
export type {
  ComparedPair,
  ComparedSystem,
  CompareOptions,
  Comparison,
  DifferingItem,
} from './compare/comparison.ts';
export {
  type Dataset,
  type DatasetNote,
  type DatasetRequest,
  type Division,
  type Item,
  openDataset,
  type Question,
  readTaskFile,
  resolveDataDir,
  type Split,
  samplesDir,
  summarize,
  type TaskSummary,
} from './datasets/index.ts';
export { evaluate } from './evaluation/evaluate.ts';
export { type OpenedRun, type OpenOptions, openRuns } from './evaluation/opened.ts';
export type { EvaluationRequest, Watcher } from './evaluation/plan.ts';
export type { RunRecord } from './evaluation/record.ts';
export { listRuns, readRun, type StoredRun } from './evaluation/store.ts';
export { UserError } from './ground/errors.ts';
export type { Text } from './ground/language.ts';
export {
  choice,
  flag,
  type GivenParameters,
  integer,
  list,
  type Parameter,
  type ParameterSpecs,
  real,
  text,
} from './ground/parameters.ts';
export type { Details, Metric } from './metrics/metric.ts';
export type {
  AnswerOptions,
  Capabilities,
  Fit,
  FitRequest,
  Fits,
  FittedModel,
  Implementation,
  Member,
  ModelDefinition,
  ModelKind,
  QuickLook,
  Reply,
  ResolveContext,
} from './models/contract.ts';
export { defineModel } from './models/define.ts';
export { findModel, modelKinds, registerModel } from './models/registry.ts';
export { type ReportOptions, writeReport } from './report/report.ts';
export type { Coverage } from './scoring/coverage.ts';
export type { AnsweredSplit } from './scoring/header.ts';
export type { Offsets, OffsetsReport } from './scoring/offsets.ts';
export {
  type NamedFile,
  type PredictionOptions,
  type PredictionSource,
  type ReadPredictions,
  readPredictions,
} from './scoring/predictions.ts';
export type { Problem } from './scoring/problems.ts';
export {
  type ConventionScore,
  primaryScore,
  type ScoreSheet,
  type ScoringRequest,
  type SubsetScores,
  scorePredictions,
} from './scoring/score-sheet.ts';
export { writePredictions } from './scoring/write.ts';
export { bootstrap } from './statistics/bootstrap.ts';
export type { BootstrapOptions, Interval } from './statistics/interval.ts';
export type { Answer, Usage } from './tasks/answer.ts';
export type { Convention } from './tasks/convention.ts';
export { conventions, findConvention } from './tasks/conventions.ts';
export type { Answered, Example, FamilyId, Gold, Input, Prediction } from './tasks/examples.ts';
export { familyIds } from './tasks/families/registry.ts';
export { findTask, tasks } from './tasks/registry.ts';
export type { Label, PublishedScore, SplitName, Task } from './tasks/task.ts';
