import type { OpenedRun } from '../evaluation/opened.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Block, Side } from '../tasks/families/view.ts';
import { type Aligned, align } from './align.ts';
import { kinds } from './error-kinds.ts';
import { gatherSpellings, type Spellings } from './spellings.ts';
import { classify, type ErrorRecord } from './taxonomy.ts';

/** What errors are looked for in: answers to examples, of a kept run or of a model that was just asked. */
export type Answered = Pick<OpenedRun, 'task' | 'examples' | 'predictions'>;

/** The examples of a task as shown, shared by all runs. */
export interface Shown {
  readonly blocks: readonly (readonly Block[])[];
  readonly gold: readonly Side[];
  readonly spellings: Spellings;
}

/** What one run answered, example by example. */
export interface Answers {
  /** Undefined where there is no valid answer. */
  readonly sides: readonly (Side | undefined)[];
  readonly aligned: readonly (readonly Aligned[])[];
  readonly errors: readonly (readonly ErrorRecord[])[];
}

/** The blocks and gold elements of all examples of a split. */
export function showExamples({ task, examples }: Omit<Answered, 'predictions'>): Shown {
  const { view } = familyOf(task);
  const gold = examples.map((example) => view.side(example.gold, example.input));
  const bodyLabels = new Set(
    task.labels.filter(({ meaning }) => /body part|anatom/i.test(meaning.en)).map(({ id }) => id),
  );
  return {
    blocks: examples.map(({ input }) => view.blocks(input)),
    gold,
    spellings: gatherSpellings(
      gold.flatMap(({ elements }) => elements),
      (label) => bodyLabels.has(label),
    ),
  };
}

/** Aligns answers with gold, and classifies every error. */
export function findErrors(run: Answered, shown: Shown): Answers {
  const { view } = familyOf(run.task);
  const sides = run.examples.map(({ input }, i) => {
    const prediction = run.predictions[i];
    return prediction === undefined ? undefined : view.side(prediction, input);
  });
  const aligned: Aligned[][] = [];
  const errors: ErrorRecord[][] = [];
  sides.forEach((side, i) => {
    const gold = shown.gold[i];
    if (side === undefined) {
      aligned.push(align(gold.elements, [], view.near));
      errors.push([{ kinds: kinds('missing-answer') }]);
      return;
    }
    const pairs = align(gold.elements, side.elements, view.near);
    const scene = {
      blocks: shown.blocks[i],
      gold: gold.elements,
      answers: side.elements,
      spellings: shown.spellings,
      labelCause: view.labelCause,
    };
    aligned.push(pairs);
    errors.push([
      ...pairs.flatMap((pair) => classify(scene, pair, pairs) ?? []),
      ...(isMisordered(gold.values, side.values) ? [{ kinds: kinds('misordered') }] : []),
    ]);
  });
  return { sides, aligned, errors };
}

/** Whether any document scores at least as high as one of a higher grade. */
function isMisordered(grades: readonly number[] | undefined, scores: readonly number[] | undefined): boolean {
  if (!grades || !scores) return false;
  return grades.some((grade, i) => grades.some((other, j) => grade < other && scores[i] >= scores[j]));
}
