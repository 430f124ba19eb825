import * as z from 'zod';
import type { Example, Prediction } from '../../../tasks/examples.ts';
import { familyOf } from '../../../tasks/families/registry.ts';
import type { Task } from '../../../tasks/task.ts';
import { scoresByLabel, sortedLabels } from './labels.ts';
import { bestThreshold, bestThresholdOfNo } from './threshold.ts';

/** Families whose answer is a label or a set of labels. */
export type LabelFamily = 'similarity' | 'inference' | 'classification' | 'multilabel';

/**
 * How scores become labels. One label of several: a softmax over them; one of two: a single sigmoid, for
 * the second; a set: one sigmoid per label.
 */
export interface Labelling {
  readonly task: Task;
  /** Those seen in training, sorted. */
  readonly labels: readonly string[];
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** From which score the second of two labels, or a label of a set, is chosen. */
  readonly threshold: number;
}

/** A labelling without its task, as in a model file. */
export const labellingJson: z.ZodType<Omit<Labelling, 'task'>> = z.object({
  labels: z.array(z.string()),
  outputs: z.int().min(0),
  link: z.enum(['softmax', 'sigmoid']),
  threshold: z.number(),
});

const EVEN = 0.5;

/** Whether answers are sets of labels. */
export const hasManyLabels = (task: Task): boolean => familyOf(task).manyLabels === true;

export function learnLabelling(task: Task, train: readonly Example<LabelFamily>[]): Labelling {
  const labels = sortedLabels(train.flatMap(goldLabels));
  return { task, labels, ...shapeOf(task, labels), threshold: EVEN };
}

/** The outputs for the labels of a task, and what makes them probabilities. */
export function shapeOf(task: Task, labels: readonly string[]): Pick<Labelling, 'outputs' | 'link'> {
  const many = hasManyLabels(task);
  const binary = !many && labels.length === 2;
  return { outputs: binary ? 1 : labels.length, link: many || binary ? 'sigmoid' : 'softmax' };
}

export function goldLabels({ gold }: Example<LabelFamily>): readonly string[] {
  return 'labels' in gold ? gold.labels : [gold.label];
}

/** One of two labels, by a single output. */
export const isBinary = ({ task, outputs }: Labelling): boolean => !hasManyLabels(task) && outputs === 1;

/** 1 for the right outputs, else 0: `outputs` numbers an example. A label that training lacks has no output. */
export function targetsOf(labelling: Labelling, examples: readonly Example<LabelFamily>[]): Float64Array {
  const { labels, outputs } = labelling;
  const first = isBinary(labelling) && labels.length === 2 ? 1 : 0;
  const outputOf = new Map(labels.map((label, k) => [label, k - first]));
  const targets = new Float64Array(examples.length * outputs);
  examples.forEach((example, row) => {
    for (const label of goldLabels(example)) {
      const k = outputOf.get(label) ?? -1;
      if (k >= 0) targets[row * outputs + k] = 1;
    }
  });
  return targets;
}

/** Whether a threshold could change F1: the positive one of two labels, or sets of labels. */
export const hasThreshold = (labelling: Labelling): boolean =>
  hasManyLabels(labelling.task) || (labelling.labels.length === 2 && labelling.task.positive !== undefined);

/**
 * With the threshold that makes the best positive-class F1 (two labels) or micro F1 (sets) of these
 * examples, given their scores (`outputs` numbers per example).
 */
export function tuneThreshold(
  labelling: Labelling,
  examples: readonly Example<LabelFamily>[],
  scores: Float64Array,
): Labelling {
  const { task, labels } = labelling;
  if (examples.length === 0 || !hasThreshold(labelling)) return labelling;
  const many = hasManyLabels(task);
  const named = many ? labels : [labels[1]];
  const right = examples.flatMap((example) => named.map((label) => goldLabels(example).includes(label)));
  if (!many && task.positive === labels[0]) {
    const threshold = bestThresholdOfNo(
      scores,
      right.map((yes) => !yes),
      EVEN,
    );
    return { ...labelling, threshold };
  }
  return { ...labelling, threshold: bestThreshold(scores, right, EVEN) };
}

/** The answer that the scores of one example mean. */
export function answerOf(labelling: Labelling, scores: Float64Array): Prediction<LabelFamily> {
  const { task, labels, threshold } = labelling;
  if (hasManyLabels(task)) {
    const chosen = labels.filter((_, k) => scores[k] >= threshold);
    return { labels: chosen, scores: scoresByLabel(task, labels, (k) => scores[k]) };
  }
  if (labels.length === 2) {
    const named = scoresByLabel(task, labels, (k) => (k === 1 ? scores[0] : 1 - scores[0]));
    return { label: labels[scores[0] >= threshold ? 1 : 0], scores: named };
  }
  let best = 0;
  for (let k = 1; k < labels.length; k++) if (scores[k] > scores[best]) best = k;
  return { label: labels[best], scores: scoresByLabel(task, labels, (k) => scores[k]) };
}

/** The labels of an answer. */
export const chosenLabels = (answer: Prediction<LabelFamily>): readonly string[] =>
  'labels' in answer ? answer.labels : [answer.label];
