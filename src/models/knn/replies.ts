import type { Example, Input } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FittedModel } from '../contract.ts';
import type { KnnParameters } from './parameters.ts';

/** Longest input that is compared, in code units: the beginning and the end of a longer one, half of this each. */
const COMPARED = 400;

/** Families whose answers are texts. */
type TextFamily = 'generation' | 'instruction';

/** A dialogue, or a prompt, as one text: its beginning and its end. */
function textOf(input: Input<TextFamily>): string {
  const whole =
    'prompt' in input
      ? input.prompt
      : input.turns.map(({ speaker, text }) => `${speaker}：${text}`).join('\n');
  if (whole.length <= COMPARED) return whole;
  return `${whole.slice(0, COMPARED / 2)}\n${whole.slice(-COMPARED / 2)}`;
}

/** The task of choosing the text of a training example: texts are the labels. */
export const replyTask = (task: Task): Task => ({
  ...task,
  ...{ family: 'classification', labels: [], primary: 'classification/accuracy@1' },
});

const asLabelled = ({ id, group, input, gold }: Example<TextFamily>): Example<'classification'> => ({
  ...{ id, input: { text: textOf(input) } },
  gold: { label: 'target' in gold ? gold.target : gold.references[0] },
  ...(group !== undefined && { group }),
});

/** The text of the nearest training example, found by a way to classify. */
export const fitReplies =
  (fit: Fit<'classification', KnnParameters>): Fit<TextFamily, KnnParameters> =>
  async ({ train, dev, task, ...request }) =>
    answerReplies(
      await fit({
        ...request,
        ...{ train: train.map(asLabelled), dev: dev.map(asLabelled), task: replyTask(task) },
        // nothing is tuned
        score: () => 0,
      }),
    );

/** A fitted classifier of texts as one that answers with them. */
export const answerReplies = (inner: FittedModel<'classification'>): FittedModel<TextFamily> => ({
  bytes: inner.bytes,
  answer: (inputs, options) =>
    inner.answer(
      inputs.map((input) => ({ text: textOf(input) })),
      {
        ...options,
        onAnswer: (index, { raw, ...reply }) =>
          options.onAnswer(index, { ...reply, raw: { reply: labelOf(raw) } }),
      },
    ),
  save: inner.save,
  explain: inner.explain && ((input) => inner.explain?.({ text: textOf(input) }) ?? []),
});

const labelOf = (raw: unknown): string =>
  typeof raw === 'object' && raw !== null && 'label' in raw ? String(raw.label) : '';
