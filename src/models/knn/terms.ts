import type { Example } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FittedModel } from '../contract.ts';
import type { KnnParameters } from './parameters.ts';

/** The task of choosing the set of a training example: terms are the labels. */
export const termTask = (task: Task): Task => ({
  ...task,
  ...{ family: 'multilabel', labels: [], primary: 'multilabel/micro-f1@1' },
});

const asLabelled = ({ gold, ...example }: Example<'normalisation'>): Example<'multilabel'> => ({
  ...example,
  gold: { labels: [...new Set(gold.terms)] },
});

/** The terms of the nearest training texts, by a classifier for sets of labels. */
export const fitTerms =
  (fit: Fit<'multilabel', KnnParameters>): Fit<'normalisation', KnnParameters> =>
  async ({ train, dev, task, ...request }) =>
    answerTerms(
      await fit({
        ...request,
        ...{ train: train.map(asLabelled), dev: dev.map(asLabelled), task: termTask(task) },
        // nothing is tuned
        score: () => 0,
      }),
    );

/** A fitted model of sets of labels as one of terms. */
export const answerTerms = (inner: FittedModel<'multilabel'>): FittedModel<'normalisation'> => ({
  bytes: inner.bytes,
  save: inner.save,
  explain: inner.explain,
  answer: (inputs, options) =>
    inner.answer(inputs, {
      ...options,
      onAnswer: (index, { raw, ...reply }) =>
        options.onAnswer(index, { ...reply, raw: { terms: labelsOf(raw) } }),
    }),
});

const labelsOf = (raw: unknown): readonly unknown[] =>
  typeof raw === 'object' && raw !== null && 'labels' in raw && Array.isArray(raw.labels) ? raw.labels : [];
