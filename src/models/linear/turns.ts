import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import type { Text1 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, FittedModel } from '../contract.ts';
import { answerInBatches } from '../shared/answer-each.ts';

/** Dialogues that are answered together. */
const BATCH = 64;

/** The turns of a dialogue as texts, with who says them. */
const textsOf = ({ turns }: Input<'dialogue-acts'>): Text1[] =>
  turns.map(({ speaker, text }) => ({ text: `${speaker}：${text}` }));

/** The task of classifying one turn. */
export const turnTask = (task: Task): Task => ({
  ...task,
  family: 'classification',
  primary: 'classification/accuracy@1',
});

const turnExamples = (dialogues: readonly Example<'dialogue-acts'>[]): Example<'classification'>[] =>
  dialogues.flatMap(({ id, input, gold }) =>
    textsOf(input).map((text, i) => ({
      id: `${id}/${i}`,
      group: id,
      input: text,
      gold: { label: gold.acts[i] },
    })),
  );

/** Dialogue acts by a way to classify texts: every turn by itself. */
export const fitTurns =
  <P>(fit: Fit<'classification', P>): Fit<'dialogue-acts', P> =>
  async ({ train, dev, ...request }) =>
    answerTurns(
      await fit({
        ...request,
        task: turnTask(request.task),
        train: turnExamples(train),
        dev: turnExamples(dev),
        score: shareRight,
      }),
    );

const shareRight: FitRequest<'classification'>['score'] = (examples, predictions) =>
  examples.filter(({ gold }, i) => gold.label === predictions[i].label).length / examples.length;

/** A model of turns as one of dialogues. */
export const answerTurns = (turns: FittedModel<'classification'>): FittedModel<'dialogue-acts'> => ({
  bytes: turns.bytes,
  save: turns.save,
  explain: (input) => textsOf(input).flatMap((text) => turns.explain?.(text) ?? []),
  answer: (inputs, options) =>
    answerInBatches(inputs, BATCH, options, async (batch): Promise<Prediction<'dialogue-acts'>[]> => {
      const texts = batch.map(textsOf);
      const labels: string[] = [];
      await turns.answer(texts.flat(), {
        signal: options.signal,
        onAnswer(index, { raw }) {
          if (typeof raw === 'object' && raw !== null && 'label' in raw) labels[index] = String(raw.label);
        },
      });
      let next = 0;
      return texts.map((own) => ({ acts: own.map(() => labels[next++]) }));
    }),
});
