import type { Example, FamilyId, Gold, Input, Prediction } from '../../tasks/examples.ts';
import type { Text1 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, FittedModel } from '../contract.ts';
import { answerInBatches } from '../shared/answer-each.ts';

/** Inputs that are answered together. */
const BATCH = 64;

/** How a family with one label for each part of an input is a matter of classifying texts. */
export interface Parts<F extends FamilyId> {
  /** One text for each part. */
  texts(input: Input<F>): Text1[];
  labels(gold: Gold<F>): readonly string[];
  prediction(labels: readonly string[]): Prediction<F>;
}

/** Every turn by itself, with who says it. */
export const turns: Parts<'dialogue-acts'> = {
  texts: ({ turns: all }) => all.map(({ speaker, text }) => ({ text: `${speaker}：${text}` })),
  labels: ({ acts }) => acts,
  prediction: (acts) => ({ acts }),
};

/** The turn of a mention, with the mention in brackets, and the turn after it: a question is answered there. */
export const mentions: Parts<'mention-status'> = {
  texts: ({ turns: all, mentions: given }) =>
    given.map(({ turn, start, end }) => {
      const { speaker, text } = all[turn];
      const next = all[turn + 1];
      const marked = `${text.slice(0, start)}【${text.slice(start, end)}】${text.slice(end)}`;
      return { text: `${speaker}：${marked}${next ? `｜${next.speaker}：${next.text}` : ''}` };
    }),
  labels: ({ statuses }) => statuses,
  prediction: (statuses) => ({ statuses }),
};

/** The task of classifying one part. */
export const partTask = (task: Task): Task => ({
  ...task,
  family: 'classification',
  primary: 'classification/accuracy@1',
});

const partExamples = <F extends FamilyId>(
  { texts, labels }: Parts<F>,
  examples: readonly Example<F>[],
): Example<'classification'>[] =>
  examples.flatMap(({ id, input, gold }) => {
    const own = labels(gold);
    return texts(input).map((text, i) => ({
      id: `${id}/${i}`,
      group: id,
      input: text,
      gold: { label: own[i] },
    }));
  });

/** Labels of parts by a way to classify texts. */
export const fitParts =
  <F extends FamilyId, P>(parts: Parts<F>, fit: Fit<'classification', P>): Fit<F, P> =>
  async ({ train, dev, ...request }) =>
    answerParts(
      parts,
      await fit({
        ...request,
        task: partTask(request.task),
        train: partExamples(parts, train),
        dev: partExamples(parts, dev),
        score: shareRight,
      }),
    );

const shareRight: FitRequest<'classification'>['score'] = (examples, predictions) =>
  examples.filter(({ gold }, i) => gold.label === predictions[i].label).length / examples.length;

/** A model of parts as one of whole inputs. */
export const answerParts = <F extends FamilyId>(
  { texts, prediction }: Parts<F>,
  model: FittedModel<'classification'>,
): FittedModel<F> => ({
  bytes: model.bytes,
  save: model.save,
  explain: (input) => texts(input).flatMap((text) => model.explain?.(text) ?? []),
  answer: (inputs, options) =>
    answerInBatches(inputs, BATCH, options, async (batch): Promise<Prediction<F>[]> => {
      const own = batch.map(texts);
      const labels: string[] = [];
      await model.answer(own.flat(), {
        signal: options.signal,
        onAnswer(index, { raw }) {
          if (typeof raw === 'object' && raw !== null && 'label' in raw) labels[index] = String(raw.label);
        },
      });
      let next = 0;
      return own.map((some) => prediction(some.map(() => labels[next++])));
    }),
});
