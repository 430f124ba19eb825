import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openJudged, type Split } from '../datasets/dataset.ts';
import { resolveDataDir } from '../datasets/directory.ts';
import { UserError } from '../ground/errors.ts';
import { listed } from '../ground/language.ts';
import { didYouMean } from '../ground/nearest.ts';
import { readPredictions } from '../scoring/predictions.ts';
import { refuseUnfit } from '../scoring/problems.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { sampleOf } from './sample.ts';
import { isUnusable, RUN_FILES, readRun, type StoredRun } from './store.ts';

/** A kept run with the examples that it predicted. */
export interface OpenedRun extends StoredRun {
  readonly task: Task;
  readonly examples: readonly Example[];
  /** Aligned with the examples; undefined counts as the family's worst answer. */
  readonly predictions: readonly (Prediction | undefined)[];
}

/** Where runs and their corpora are, and how unusable ones are handled. */
export interface OpenOptions {
  /** Where runs are kept, for those that are named by id. Default `runs`. */
  readonly runsDir?: string;
  /** Default: the one that `resolveDataDir` finds. */
  readonly dataDir?: string;
  /** Tasks to look the recorded names up in. Default: the built-in ones. */
  readonly among?: readonly Task[];
  /** Called with runs that are damaged or of another version, which are left out. Absent: they are an error. */
  readonly onSkip?: (name: string, error: UserError) => void;
}

/**
 * Opens runs by directory, id, or the beginning of an id that fits one run only.
 * A split shared by several runs is read once. Throws a UserError for an unknown or ambiguous name, a damaged
 * run, an absent split, and `other-corpus` if the available corpus is not the one that the run was made with.
 *
 * @example
 * ```ts
 * import { evaluate, findTask, openRuns, samplesDir } from 'chineseblue';
 *
 * const dataDir = samplesDir();
 * const { directory } = await evaluate({ task: findTask('cMedIC'), model: 'majority', dataDir });
 * const [{ examples, predictions }] = await openRuns([directory], { dataDir });
 * const wrong = examples.filter(({ gold }, i) => JSON.stringify(gold) !== JSON.stringify(predictions[i]));
 * console.log(wrong.map(({ id, input }) => [id, input]));
 * ```
 */
export async function openRuns(names: readonly string[], options: OpenOptions = {}): Promise<OpenedRun[]> {
  const { onSkip, among, runsDir = 'runs' } = options;
  const { dataDir = resolveDataDir(undefined, process.env).dir } = options;
  const datasets: Datasets = new Map();
  const opened = await Promise.all(
    names.map((name) =>
      openRun(name, { runsDir, dataDir, among }, datasets).catch((error: unknown): UserError => {
        if (onSkip && isUnusable(error)) return error;
        throw error;
      }),
    ),
  );
  const runs = opened.filter((one): one is OpenedRun => !(one instanceof UserError));
  const [first] = opened;
  if (runs.length === 0 && first instanceof UserError) throw first;
  for (const [i, one] of opened.entries()) if (one instanceof UserError) onSkip?.(names[i], one);
  return onCommonExamples(runs);
}

type Places = Required<Pick<OpenOptions, 'runsDir' | 'dataDir'>> & Pick<OpenOptions, 'among'>;
type Datasets = Map<string, ReturnType<typeof openJudged>>;

async function openRun(
  name: string,
  { runsDir, dataDir, among }: Places,
  datasets: Datasets,
): Promise<OpenedRun> {
  const run = await readRun(findRun(name, runsDir));
  const { record } = run;
  const task = taskOf(run, among);
  const { split: judged, source } = record;
  const key = JSON.stringify([task.id, judged, source]);
  const opening = datasets.get(key) ?? openJudged({ task, dir: dataDir, split: judged, source });
  datasets.set(key, opening);
  const { dataset, part } = await opening;
  const split = await dataset.split(part);
  refuseOtherCorpus(run, split, dataDir);
  const file = join(run.directory, RUN_FILES.predictions);
  const { of, evaluated } = record.examples;
  const limit = of === undefined ? undefined : evaluated;
  const answers = await readPredictions(file, dataset.task, sampleOf(split.questions, limit));
  refuseUnfit(file, answers);
  const examples = sampleOf(split.examples, limit);
  return { ...run, task: dataset.task, examples, predictions: answers.predictions };
}

/**
 * Runs of the same split on their common examples, if one was evaluated on a sample. Throws a UserError
 * `not-comparable` where that leaves nothing.
 */
function onCommonExamples(runs: readonly OpenedRun[]): OpenedRun[] {
  const splitOf = ({ record }: OpenedRun): string =>
    JSON.stringify([record.task.id, record.split, record.source]);
  return runs.map((run) => {
    const others = runs.filter((other) => other !== run && splitOf(other) === splitOf(run));
    if (others.every(({ examples }) => examples.length === run.examples.length)) return run;
    const asked = others.map(({ examples }) => new Set(examples.map(({ id }) => id)));
    const kept = Array.from(run.examples.keys()).filter((i) =>
      asked.every((ids) => ids.has(run.examples[i].id)),
    );
    if (kept.length === 0) throw nothingInCommon(run);
    return {
      ...run,
      examples: kept.map((i) => run.examples[i]),
      predictions: kept.map((i) => run.predictions[i]),
    };
  });
}

const nothingInCommon = ({ directory }: OpenedRun): UserError =>
  new UserError(
    'not-comparable',
    { en: 'These runs have no example in common', zh: '这些运行没有共同的样本' },
    {
      file: directory,
      hint: { en: 'Run them with a larger --limit.', zh: '请用更大的 --limit 运行。' },
    },
  );

/** The task that a run names. Throws a UserError that names its record where there is no such task. */
function taskOf({ directory, record }: StoredRun, among: readonly Task[] | undefined): Task {
  try {
    return findTask(record.task.id, among);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, text, hintText: hint, exitCode } = error;
    const file = join(directory, RUN_FILES.record);
    throw new UserError(code, text, { file, field: 'task.id', hint, exitCode });
  }
}

/** The directory of the run that a name stands for: a directory, an id, or the beginning of one id. Throws a UserError. */
export function findRun(name: string, runsDir: string): string {
  for (const directory of [name, join(runsDir, name)]) {
    if (existsSync(join(directory, RUN_FILES.record))) return directory;
  }
  const kept = existsSync(runsDir) ? readdirSync(runsDir) : [];
  const fitting = kept.filter((id) => id.startsWith(name));
  if (fitting.length === 1) return join(runsDir, fitting[0]);
  if (fitting.length > 1) throw ambiguous(name, fitting);
  throw new UserError(
    'unknown-run',
    {
      en: `There is no run "${name}" here or in ${runsDir}`,
      zh: `当前目录和 ${runsDir} 中都没有运行“${name}”`,
    },
    {
      hint:
        kept.length > 0
          ? {
              en: `${didYouMean(name, kept).en}\`chineseblue runs\` lists them all.`,
              zh: `${didYouMean(name, kept).zh}\`chineseblue runs\` 列出全部运行。`,
            }
          : {
              en: '`chineseblue run` makes one; --runs-dir says where they are.',
              zh: '用 `chineseblue run` 运行；--runs-dir 指定其目录。',
            },
    },
  );
}

function ambiguous(name: string, fitting: readonly string[]): UserError {
  const shown = listed([...fitting.slice(0, 5), ...(fitting.length > 5 ? ['…'] : [])]);
  return new UserError(
    'ambiguous-run',
    {
      en: `"${name}" is the beginning of the names of ${fitting.length} runs`,
      zh: `有 ${fitting.length} 个运行的名称以“${name}”开头`,
    },
    { hint: { en: `Give more of the name: ${shown.en}.`, zh: `请写得更完整：${shown.zh}。` } },
  );
}

function refuseOtherCorpus({ record, directory }: StoredRun, split: Split, dataDir: string): void {
  const answered = new Map(record.corpus.map(({ path, sha256 }) => [path, sha256]));
  const other = split.files.find(({ path, sha256 }) => answered.get(path) !== sha256);
  if (!other) return;
  const paths = [...answered.keys()];
  throw new UserError(
    'other-corpus',
    {
      en: `This run was made with another ${other.path} than the one in ${dataDir}`,
      zh: `该运行评测的不是 ${dataDir} 中的 ${other.path}`,
    },
    {
      file: join(directory, RUN_FILES.record),
      field: 'corpus',
      hint: answered.has(other.path)
        ? {
            en: 'The file has changed since: run it again, or point --data-dir at the corpus it was made with.',
            zh: '该文件已改变：请重新运行，或用 --data-dir 指向当时的语料。',
          }
        : {
            en: `It was made with ${paths.join(', ')}: point --data-dir at the corpus it was made with.`,
            zh: `它评测的是 ${paths.join('、')}：请用 --data-dir 指向当时的语料。`,
          },
    },
  );
}
