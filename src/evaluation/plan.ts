import { createHash } from 'node:crypto';
import type { Division, JudgedSplit } from '../datasets/dataset.ts';
import { resolveDataDir } from '../datasets/directory.ts';
import type { Text } from '../ground/language.ts';
import { type GivenParameters, identityOf } from '../ground/parameters.ts';
import { version } from '../ground/version.ts';
import type { Member, ModelKind } from '../models/contract.ts';
import { judgedSplit, type Task } from '../tasks/task.ts';

/** One evaluation, completely determined: plain data, so that it can cross to another process. */
export interface Plan {
  readonly task: Task;
  /** The id of a kind of model. */
  readonly model: string;
  /** The module that the kind comes from, where it is not built in. */
  readonly modelFile?: string;
  /** As given: omitted ones take their default. */
  readonly parameters: GivenParameters;
  readonly seed: number;
  readonly split: JudgedSplit;
  readonly source: 'primary' | 'alternative';
  readonly dataDir: string;
  /** Where runs are kept. */
  readonly root: string;
  /** Working directory of this run, if elsewhere: it is moved when finished. */
  readonly workRoot?: string;
  /** Also keep the fitted model, as `model.bin`. */
  readonly keepModel: boolean;
  /** Discard a kept run and run it again. */
  readonly force: boolean;
  /** Directory of subsets that `data audit --write-clean` wrote: they are scored in addition to `all`. */
  readonly subsets?: string;
  /** Evaluate a random sample of this size. */
  readonly limit?: number;
  /** Retry what failed in a kept run. */
  readonly retryErrors?: boolean;
}

/**
 * A request to `evaluate`: a task and the id of a model kind; everything else has a default, see there. `parameters`
 * by camelCase name; `split` and `source` name the evaluated data; `keepModel` also writes `model.bin`; `force` discards a kept run.
 */
export interface EvaluationRequest
  extends Partial<Omit<Plan, 'task' | 'model'>>,
    Pick<Plan, 'task' | 'model'> {}

/**
 * The plan with defaults: no parameters, seed 0, the evaluation split of the task in its primary format, the data directory that
 * `resolveDataDir` finds, runs in `runs/`; neither keeps the model nor repeats a kept run.
 */
export function completePlan(request: EvaluationRequest): Plan {
  const { parameters = {}, seed = 0, split = judgedSplit(request.task), source = 'primary' } = request;
  const { root = 'runs', keepModel = false, force = false } = request;
  const { dataDir = resolveDataDir(undefined, process.env).dir } = request;
  return { ...request, parameters, seed, split, source, dataDir, root, keepModel, force };
}

/** Callbacks that observe an evaluation. */
export interface Watcher {
  /** Share of the work done, 0 to 1, and what is being done. */
  readonly onProgress?: (share: number, note?: Text) => void;
  /** Warnings about a run before its model is fitted. */
  readonly onNote?: (note: Text) => void;
  readonly signal?: AbortSignal;
}

/** What the result of a run depends on, besides its plan. */
export interface Identity {
  readonly kind: ModelKind;
  /** SHA-256 of the kind's module; empty for a built-in kind. */
  readonly modelHash: string;
  /** Resolved ones. */
  readonly parameters: GivenParameters;
  readonly startingPoint: string;
  /** The kept runs that the model is made of. */
  readonly members?: readonly Member[];
  readonly splits: Division;
}

/** Readable, and equal exactly where the result must be equal. */
export function runId(plan: Plan, { kind, modelHash, parameters, startingPoint, splits }: Identity): string {
  const { task, seed, split, source, limit } = plan;
  const identity = [
    version(),
    [
      task.id,
      task.family,
      task.primary,
      task.positive,
      task.relevantFrom,
      task.labels.map((label) => label.id),
    ],
    [kind.id, kind.version, modelHash],
    Object.entries(identityOf(kind.parameters, parameters)),
    startingPoint,
    seed,
    split,
    source,
    splits.rule.en,
    splits.files.map(({ path, sha256 }) => [path, sha256]),
    ...(limit !== undefined && limit < splits.evaluated.questions.length ? [limit] : []),
  ];
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 10);
  return `${task.id}-${split}-${kind.id}-s${seed}-${digest}`;
}
