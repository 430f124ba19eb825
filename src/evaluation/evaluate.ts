import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Division, openJudged, type Question } from '../datasets/dataset.ts';
import { UserError } from '../ground/errors.ts';
import { writeJson } from '../ground/files.ts';
import { hashFile } from '../ground/hash.ts';
import { acquireLock } from '../ground/lock.ts';
import { predictionOf } from '../models/answers.ts';
import type { FittedModel, ModelKind } from '../models/contract.ts';
import { loadModelFile } from '../models/model-file.ts';
import { findModel, isBuiltIn } from '../models/registry.ts';
import { verifyModel } from '../models/verify.ts';
import type { AnswerCounts, Coverage } from '../scoring/coverage.ts';
import { devScore } from '../scoring/dev-score.ts';
import { readPredictions } from '../scoring/predictions.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import { scorePredictions } from '../scoring/score-sheet.ts';
import { writePredictions } from '../scoring/write.ts';
import type { Example } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';
import { type Answers, answerQuestions } from './answering.ts';
import { requireSave } from './fitted.ts';
import { openMembers } from './members.ts';
import {
  completePlan,
  type EvaluationRequest,
  type Identity,
  type Plan,
  runId,
  type Watcher,
} from './plan.ts';
import { describeRun, type RunRecord } from './record.ts';
import { scoreRepeats } from './repeats.ts';
import { sampleOf } from './sample.ts';
import {
  clearRun,
  isUnfinished,
  pathsOf,
  type RunPaths,
  readRecord,
  readRun,
  type StoredRun,
  verifyFile,
  writeRecord,
} from './store.ts';
import { requireSubsets, subsetIds } from './subset-ids.ts';

export type { Plan } from './plan.ts';

/** Fitting is nearly all of the work, except for kinds without training. */
const fittedShare = ({ untrained = false }: ModelKind): number => (untrained ? 0 : 0.9);

/** A plan with everything that it refers to. */
export interface Evaluation extends Identity {
  readonly plan: Plan;
  readonly questions: readonly Question[];
  /** The same with gold: for scoring only. */
  readonly examples: readonly Example[];
  readonly id: string;
  readonly directory: string;
  readonly paths: RunPaths;
}

/**
 * Fits, predicts, scores and records one evaluation below `root`, or returns the kept run if it was done before.
 * The id names everything that the result depends on. Stopped halfway, it resumes: with what a model checkpointed, with
 * the replies in the journal, with the predictions. If subsets are given, a kept run is scored again.
 *
 * Defaults: no parameters, seed 0, the evaluation split of the task (test, or dev), the data directory that `resolveDataDir` finds (the
 * samples if there is nothing else), runs in `runs/`.
 *
 * @example
 * ```ts
 * import { evaluate, findTask, primaryScore, samplesDir } from 'chineseblue';
 *
 * const task = findTask('cMedIC');
 * const run = await evaluate({ task, model: 'linear', dataDir: samplesDir() });
 * run.record.model.parameters.minDf; // 2
 * const { value, interval } = primaryScore(run.scores);
 * value; // 1
 * console.log(interval?.low, interval?.high, run.directory);
 * ```
 */
export async function evaluate(request: EvaluationRequest, watcher: Watcher = {}): Promise<StoredRun> {
  const evaluation = await openEvaluation(completePlan(request));
  const { plan, kind, paths } = evaluation;
  const wantsModel = (): boolean => plan.keepModel && !existsSync(paths.model);
  if (plan.keepModel && !plan.force && isBuiltIn(plan.model) && existsSync(paths.model))
    await verifyModel(paths.model);
  if (!plan.force && plan.subsets === undefined && !wantsModel()) {
    const kept = await findFinished(evaluation);
    if (kept && !hasFailures(plan, kept.record)) return kept;
  }
  if (plan.keepModel) requireSave(kind);

  await using _lock = await acquireLock(paths.lock);
  if (plan.force) await clearRun(evaluation.directory);
  // The journal is kept: only missing and failed replies are requested again.
  else if (existsSync(paths.record) && hasFailures(plan, await readRecord(paths.record)))
    await rm(paths.record);
  if (!existsSync(paths.record) || wantsModel()) {
    const started = new Date();
    const fitted = await fitModel(evaluation, watcher);
    const times = { started, fitted: new Date() };
    if (!existsSync(paths.record)) await answerAndRecord(evaluation, fitted, times, watcher);
    if (wantsModel()) await keepModel(fitted, paths.model);
  }
  // Awaited here: the lock is held until then.
  return await scoreRun(evaluation);
}

/** The run of this evaluation, if it is finished. Throws a UserError if it is damaged. */
async function findFinished({ id, directory, paths }: Evaluation): Promise<StoredRun | undefined> {
  if (!existsSync(paths.record) || !existsSync(paths.scores)) return undefined;
  try {
    const run = await readRun(directory);
    requireId(run.record, id, paths.record);
    return run;
  } catch (error) {
    if (isUnfinished(error)) return undefined;
    throw error;
  }
}

function requireId({ id: found }: RunRecord, id: string, file: string): void {
  if (found === id) return;
  throw new UserError(
    'damaged-run',
    { en: `This is the record of another run, ${found}`, zh: `这是另一次运行 ${found} 的记录` },
    { file, field: 'id', hint: { en: 'Move this directory away.', zh: '请移走该目录。' } },
  );
}

/** Whether a kept run has failures that are to be retried. */
const hasFailures = ({ retryErrors = false }: Plan, { answers }: RunRecord): boolean =>
  retryErrors && answers.failed > 0;

/** A model may be a directory of files: it is renamed into place when it is complete. */
async function keepModel(fitted: FittedModel, path: string): Promise<void> {
  const staging = `${path}.new`;
  await rm(staging, { recursive: true, force: true });
  await fitted.save?.(staging);
  await rename(staging, path);
}

/** The corpus of a plan, split: the task with its labels, and the training and evaluation examples. */
export interface PlanCorpus {
  readonly task: Task;
  readonly splits: Division;
}

export async function openCorpus({ task, split, source, dataDir }: Plan): Promise<PlanCorpus> {
  const { dataset, part } = await openJudged({ task, split, source, dir: dataDir });
  return { task: dataset.task, splits: await dataset.division(part) };
}

/** `open`: where the corpus of a plan comes from, for callers that have many plans on one. */
export async function openEvaluation(request: Plan, open = openCorpus): Promise<Evaluation> {
  const { modelFile } = request;
  const modelHash = modelFile === undefined ? '' : (await loadModelFile(modelFile)).sha256;
  if (request.subsets !== undefined) requireSubsets(request.split);
  const { task, splits } = await open(request);
  const plan = { ...request, task };
  const questions = sampleOf(splits.evaluated.questions, plan.limit);
  const examples = sampleOf(splits.evaluated.examples, plan.limit);
  const kind = findModel(plan.model);
  const resolved = await kind.resolve(plan.parameters, { task });
  const made = await openMembers(kind, resolved, { task, split: plan.split, splits, root: plan.root });
  const parameters = made?.parameters ?? resolved;
  const startingPoint = made?.sha256 ?? (await kind.startingPoint(parameters));
  const identity: Identity = { kind, modelHash, parameters, startingPoint, members: made?.members, splits };
  const id = runId(plan, identity);
  const directory = join(plan.workRoot ?? plan.root, id);
  return { ...identity, plan, questions, examples, id, directory, paths: pathsOf(directory) };
}

export function fitModel(
  evaluation: Evaluation,
  { onProgress, onNote, signal }: Watcher,
): Promise<FittedModel> {
  const { plan, kind, parameters, members, splits, directory } = evaluation;
  const { task, seed, force } = plan;
  return kind.fit({
    ...{ task, train: splits.train, dev: splits.dev, seed, parameters, members, directory, force, signal },
    onNote,
    score: devScore(task),
    onProgress: (share, note) => onProgress?.(share * fittedShare(kind), note),
  });
}

/** Everything that the record says comes from one attempt; predictions are written before it. */
async function answerAndRecord(
  evaluation: Evaluation,
  fitted: FittedModel,
  times: { readonly started: Date; readonly fitted: Date },
  { onProgress, signal }: Watcher,
): Promise<void> {
  const { plan, id, kind, questions, examples, paths } = evaluation;
  const before = fittedShare(kind);
  const asked = { run: id, journal: paths.answers, task: plan.task, questions };
  const answers = await answerQuestions(asked, kind, fitted, {
    signal,
    onProgress: (share, note) => onProgress?.(before + share * (1 - before), note),
  });
  const answeredAt = new Date();
  await writeAnswered(evaluation, answers);
  const record = describeRun(evaluation.plan, evaluation, {
    ...{ id, fitted, answers },
    repeats: scoreRepeats({ kind, task: plan.task, examples, repeats: answers.repeats }),
    times: { ...times, answered: answeredAt },
    files: { predictions: await hashFile(paths.predictions) },
  });
  await writeRecord(paths.record, record);
}

/** The predictions of the answered questions; the rest is left out. */
async function writeAnswered({ questions, paths }: Evaluation, { answers }: Answers): Promise<void> {
  const answered = questions.flatMap(({ id }, index) => {
    const prediction = predictionOf(answers[index]);
    return prediction === undefined ? [] : [{ id, prediction }];
  });
  await writePredictions(
    paths.predictions,
    answered,
    answered.map(({ prediction }) => prediction),
  );
}

/**
 * Scores the predictions that the record names. The record only ever has the hash of complete scores: the old hash is removed
 * before the scores are replaced, and the new one is added last.
 */
async function scoreRun({ plan, id, kind, splits, questions, examples, directory, paths }: Evaluation) {
  const { task, split } = plan;
  const subsets =
    plan.subsets === undefined
      ? undefined
      : await subsetIds(plan.subsets, task, { split, files: splits.files });
  const record = await readRecord(paths.record);
  requireId(record, id, paths.record);
  const { scores: earlier, ...hashes } = record.files;
  await verifyFile(paths.predictions, hashes.predictions);
  const file = await readPredictions(paths.predictions, task, questions);
  refuseUnfit(paths.predictions, file);
  const sheet = scorePredictions({
    ...{ task, split, synthetic: splits.synthetic, examples, subsets },
    predictions: file.predictions,
    coverage: withoutAnswer(file.coverage, record.answers),
    quotes: record.quotes,
  });
  if (earlier !== undefined) await writeRecord(paths.record, { ...record, files: hashes });
  await writeJson(paths.scores, sheet);
  const answers = kind.interprets && existsSync(paths.answers) ? await hashFile(paths.answers) : undefined;
  const files = { ...hashes, answers, scores: await hashFile(paths.scores) };
  await writeRecord(paths.record, { ...record, files });
  if (!kind.interprets) await rm(paths.answers, { force: true });
  return readRun(directory);
}

/** Counts what the file lacks as refused or unreadable where the journal says so. */
const withoutAnswer = (file: Coverage, { refused, unreadable }: AnswerCounts): Coverage => ({
  ...file,
  refused: file.refused + refused,
  unreadable: file.unreadable + unreadable,
  missing: file.missing - refused - unreadable,
});
