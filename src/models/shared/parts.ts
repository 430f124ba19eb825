import { SUMMED_USAGE, type Usage } from '../../tasks/answer.ts';
import type { Example, FamilyId, Gold, Input, Prediction } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Text1 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type {
  AnswerOptions,
  Fit,
  FitRequest,
  Fits,
  FittedModel,
  Implementation,
  Reply,
} from '../contract.ts';

/** Inputs that are answered together. */
const BATCH = 64;

/** How a family with one label for each part of an input is a matter of classifying texts. */
interface Parts<F extends FamilyId> {
  /** One text for each part. */
  texts(input: Input<F>): Text1[];
  labels(gold: Gold<F>): readonly string[];
  prediction(labels: readonly string[]): Prediction<F>;
}

/** Every turn separately, with its speaker. */
const turns: Parts<'dialogue-acts'> = {
  texts: ({ turns: all }) => all.map(({ speaker, text }) => ({ text: `${speaker}：${text}` })),
  labels: ({ acts }) => acts,
  prediction: (acts) => ({ acts }),
};

/** The turn of a mention, with the mention in brackets, and the turn after it: a question is answered there. */
const mentions: Parts<'mention-status'> = {
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
const partTask = (task: Task): Task => ({
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
const fitParts =
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
const answerParts = <F extends FamilyId>(
  { texts, prediction }: Parts<F>,
  model: FittedModel<'classification'>,
): FittedModel<F> => ({
  bytes: model.bytes,
  save: model.save,
  embed: model.embed,
  explain: model.explain && ((input) => texts(input).flatMap((text) => model.explain?.(text) ?? [])),
  async answer(inputs, options) {
    const open = Array.from(inputs.keys()).filter((index) => !options.answered?.has(index));
    for (let start = 0; start < open.length; start += BATCH) {
      const batch = open.slice(start, start + BATCH);
      const own = batch.map((index) => texts(inputs[index]));
      const replies = await repliesOf(model, own.flat(), options);
      let next = 0;
      for (const [i, index] of batch.entries()) {
        const some = replies.slice(next, next + own[i].length);
        next += some.length;
        options.onAnswer(index, joined(some, prediction));
      }
    }
  },
});

/** The replies to texts, in their order. */
async function repliesOf(
  model: FittedModel<'classification'>,
  texts: readonly Text1[],
  { signal }: AnswerOptions,
): Promise<Reply[]> {
  signal?.throwIfAborted();
  const replies = new Array<Reply>(texts.length);
  await model.answer(texts, {
    signal,
    onAnswer(index, reply) {
      replies[index] = reply;
    },
  });
  return replies;
}

/** The replies for the parts of one input as one reply: without a label for every part it is the first that has none. */
function joined(replies: readonly Reply[], prediction: (labels: readonly string[]) => unknown): Reply {
  const usage = replies.flatMap((reply) => reply.usage ?? []).reduce(addUp, undefined);
  const labels: string[] = [];
  for (const { raw } of replies) {
    if (typeof raw !== 'object' || raw === null || !('label' in raw)) return { raw, ...(usage && { usage }) };
    labels.push(String(raw.label));
  }
  return { raw: prediction(labels), ...(usage && { usage }) };
}

function addUp(sum: Usage | undefined, more: Usage): Usage {
  if (!sum) return more;
  const sums = SUMMED_USAGE.flatMap((field) => {
    const [a, b] = [sum[field], more[field]];
    return a === undefined && b === undefined ? [] : [[field, (a ?? 0) + (b ?? 0)]];
  });
  return { ...sum, ...more, ...Object.fromEntries(sums) };
}

/** The texts that an input is classified by: those of its parts, or its own. */
export function partTexts(task: Task, input: Input): readonly string[] {
  if ('mentions' in input) return mentions.texts(input).map(({ text }) => text);
  if ('turns' in input) return turns.texts(input).map(({ text }) => text);
  return familyOf(task).texts(input);
}

/** A way to classify texts, and to read a kept classifier. */
interface TextClassifier<P> extends Required<Pick<Implementation<P>, 'load'>> {
  readonly fit: Fits<P> & { readonly classification: Fit<'classification', P> };
}

/** The same with the families that give a label to each part of an input, every part being a separate text. */
export const withParts = <P>({ fit, load }: TextClassifier<P>): TextClassifier<P> => ({
  fit: {
    ...fit,
    'dialogue-acts': fitParts(turns, fit.classification),
    'mention-status': fitParts(mentions, fit.classification),
  },
  async load(path, task, parameters) {
    const open = OPENED[task.family];
    return open ? open(await load(path, partTask(task), parameters)) : load(path, task, parameters);
  },
});

/** Families whose models are those of their parts. */
const OPENED: Readonly<Partial<Record<FamilyId, (model: FittedModel<'classification'>) => FittedModel>>> = {
  'dialogue-acts': (model) => answerParts(turns, model),
  'mention-status': (model) => answerParts(mentions, model),
};
