/** The public exports of `chineseblue/datasets`: corpora, their splits, and what a record of a family holds. */
export type { Example, FamilyId, Gold, Input, Prediction } from '../tasks/examples.ts';
export type { Symptom, SymptomMention, SymptomStatus, Turn } from '../tasks/families/dialogue/types.ts';
export type { Entity } from '../tasks/families/ner/types.ts';
export type { RankedDocument } from '../tasks/families/ranking/types.ts';
export type { Triple } from '../tasks/families/relation/types.ts';
export type { LabelPrediction, Text1, Text2 } from '../tasks/families/shared/types.ts';
export { findTask, tasks } from '../tasks/registry.ts';
export type { CorpusSource, Label, SplitName, Task } from '../tasks/task.ts';
export {
  type CorpusFile,
  type Dataset,
  type DatasetNote,
  type DatasetRequest,
  type Division,
  type Item,
  type JudgedSplit,
  type Notice,
  openDataset,
  type Question,
  type SchemeId,
  type Source,
  type Split,
} from './dataset.ts';
export { type DataDirectory, resolveDataDir, samplesDir } from './directory.ts';
export { type Count, type Lengths, type SplitSummary, summarize, type TaskSummary } from './summary.ts';
export { readTaskFile } from './task-file.ts';
