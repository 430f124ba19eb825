import { compareRuns } from '../compare/compare.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { AgreementReport } from '../datasets/imports/agreement.ts';
import { conversationsOf, type ParsedConversation } from '../evaluation/conversations.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Example } from '../tasks/examples.ts';
import type { MadeUp } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import { type Breakdown, byFrequency, byLength, bySpeaker } from './breakdown.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type ClassFigures, type Confusion, classFigures, confusion } from './classes.ts';
import { KINDS, type KindId } from './error-kinds.ts';
import { type Curve, learningCurves } from './learning.ts';
import { type Answers, findErrors, type Shown, showExamples } from './run-errors.ts';

const EXAMPLES_A_KIND = 3;
const MADE_UP_SHOWN = 8;
/** More systems than this are not tested in pairs here: `compare` does that on request. */
const MOST_COMPARED = 8;

/** How often a kind of error occurs, with the first places where it does. */
export interface KindCount {
  readonly id: KindId;
  readonly count: number;
  /** Of all errors of the run. */
  readonly share: number;
  /** Index of the example, and of the error within it. */
  readonly examples: readonly { readonly example: number; readonly error: number }[];
}

/** All information in a report about one run. */
export interface RunAnalysis {
  readonly run: OpenedRun;
  readonly answers: Answers;
  readonly classes: readonly ClassFigures[];
  /** How many more classes occur, of very many. */
  readonly classesLeftOut: number;
  readonly confusion?: Confusion;
  readonly breakdowns: readonly Breakdown[];
  readonly calibration: Calibration | 'none' | 'not-probabilities';
  readonly learning?: { readonly axis: string; readonly curves: readonly Curve[] };
  /** Only kinds that occur, in the order of `KINDS`. */
  readonly kinds: readonly KindCount[];
  /** Questions and answers in words, aligned with the examples; undefined for models without prompts. */
  readonly said?: readonly (ParsedConversation | undefined)[];
  readonly madeUp: MadeUpExamples;
}

/** The first invented words of predictions. */
export interface MadeUpExamples {
  readonly caption: Text;
  readonly examples: readonly (MadeUp & { readonly id: string })[];
}

/** The runs of a report that answered the same split of the same task. */
export interface TaskAnalysis {
  readonly shown: Shown;
  readonly runs: readonly RunAnalysis[];
  /** Where there are two systems or more, not too many. */
  readonly comparison?: Comparison;
  /** Of an imported corpus that several people annotated. */
  readonly agreement?: AgreementReport;
}

/** Analyses runs of any tasks; `trainOf` gives the training examples of a run, none where they are absent. */
export async function analyse(
  runs: readonly OpenedRun[],
  trainOf: (run: OpenedRun) => Promise<readonly Example[]>,
): Promise<TaskAnalysis[]> {
  const groups = new Map<string, OpenedRun[]>();
  for (const run of runs) {
    const { task, split, source } = run.record;
    const key = JSON.stringify([task.id, split, source]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const analyses: TaskAnalysis[] = [];
  for (const group of groups.values()) {
    const shown = showExamples(group[0]);
    const analysed: RunAnalysis[] = [];
    for (const run of group) analysed.push(await analyseRun(run, shown, await trainOf(run)));
    analyses.push({ shown, runs: analysed, comparison: compared(group) });
  }
  return analyses;
}

/** Undefined for runs that cannot be compared, such as one model twice. */
function compared(group: readonly OpenedRun[]): Comparison | undefined {
  if (group.length < 2 || group.length > MOST_COMPARED) return undefined;
  try {
    return compareRuns(group, { items: 0 });
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-comparable') return undefined;
    throw error;
  }
}

async function analyseRun(run: OpenedRun, shown: Shown, train: readonly Example[]): Promise<RunAnalysis> {
  const answers = findErrors(run, shown);
  const { figures: classes, leftOut: classesLeftOut } = classFigures(run, shown, answers);
  const order = classes.filter(({ gold, answered }) => gold + answered > 0).map(({ label }) => label);
  const breakdowns = [byLength(run), byFrequency(run, shown, answers, train), bySpeaker(run, shown, answers)];
  return {
    run,
    answers,
    classes,
    classesLeftOut,
    confusion: confusion(shown, answers, order),
    breakdowns: breakdowns.filter(
      (breakdown) => breakdown !== undefined && breakdown.slices.length > 1,
    ) as Breakdown[],
    calibration: calibrate(run),
    learning: await learningCurves(run.directory),
    kinds: countKinds(answers),
    said: await conversationsOf(run),
    madeUp: madeUpExamples(run, train),
  };
}

function madeUpExamples(
  { task, examples, predictions }: OpenedRun,
  train: readonly Example[],
): MadeUpExamples {
  const { madeUp } = familyOf(task);
  const found: MadeUpExamples['examples'][number][] = [];
  if (!madeUp) return { caption: { en: '', zh: '' }, examples: found };
  const finder = madeUp.finder([...train, ...examples].map(({ gold }) => gold));
  for (const [i, prediction] of predictions.entries()) {
    if (found.length >= MADE_UP_SHOWN) break;
    const { id, input } = examples[i];
    if (prediction) found.push(...finder.find(prediction, input).map((words) => ({ id, ...words })));
  }
  return { caption: madeUp.caption, examples: found.slice(0, MADE_UP_SHOWN) };
}

function countKinds({ errors }: Answers): KindCount[] {
  const total = errors.reduce((sum, list) => sum + list.length, 0);
  const counted = KINDS.map(({ id }, k) => {
    const examples: { example: number; error: number }[] = [];
    let count = 0;
    errors.forEach((list, example) => {
      list.forEach(({ kinds }, error) => {
        if (!(kinds & (1 << k))) return;
        count++;
        if (examples.length < EXAMPLES_A_KIND && !examples.some((known) => known.example === example)) {
          examples.push({ example, error });
        }
      });
    });
    return { id, count, share: count / total, examples };
  });
  return counted.filter(({ count }) => count > 0);
}
