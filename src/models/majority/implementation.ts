import * as z from 'zod';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { Symptom } from '../../tasks/families/dialogue/types.ts';
import type { Fit, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { byFrequency, countBy, scoresByLabel, sortedLabels } from '../shared/labels/labels.ts';
import { type ModelContent, openModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';

/** What is always answered; `null` for ranking, whose answer has as many scores as there are documents. */
type Constant = Prediction | null;

type LabelFamily = 'similarity' | 'inference' | 'classification';

const fitLabel: Fit<LabelFamily> = async ({ task, train }) => {
  const labels = train.map(({ gold }) => gold.label);
  const label = mostFrequent(labels, (one) => one);
  const names = sortedLabels(labels);
  const share = countBy(labels, (one) => one);
  const scores = scoresByLabel(task, names, (k) => share.get(names[k])! / labels.length);
  return constant({ label, scores }, `${label} is ${percent(share.get(label)!, labels.length)}`);
};

/** No entity and no triple are by far the most frequent answers for a place in a text. */
export const fit: Fits = {
  ner: async () => constant({ entities: [] }, 'a place in a text rarely starts an entity'),
  relation: async () => constant({ triples: [] }, 'two places in a text are rarely related'),
  ranking: async () => constant(null, 'every document is as good as any other'),
  similarity: fitLabel,
  inference: fitLabel,
  classification: fitLabel,
  multilabel: async ({ task, train }) => {
    const sets = train.map(({ gold }) => sortedLabels(gold.labels));
    const labels = mostFrequent(sets, (set) => set.join('\n'));
    const names = sortedLabels(sets.flat());
    const share = countBy(sets.flat(), (one) => one);
    return constant(
      { labels, scores: scoresByLabel(task, names, (k) => share.get(names[k])! / sets.length) },
      `the most frequent set of labels: ${labels.join(', ') || 'none'}`,
    );
  },
  dialogue: async ({ train }) => {
    const key = (symptoms: readonly Symptom[]): string =>
      symptoms
        .map(({ name, status }) => `${name} ${status}`)
        .sort()
        .join('\n');
    const symptoms = mostFrequent(
      train.map(({ gold }) => gold.symptoms),
      key,
    );
    return constant({ symptoms }, `the most frequent set of symptoms: ${key(symptoms) || 'none'}`);
  },
};

const headerJson = z.object({
  answer: z.custom<Constant>((value) => typeof value === 'object'),
  reason: z.string(),
});

/** Reads a model that `save` wrote. UserError if the file is damaged or of another kind. */
export async function load(file: string): Promise<FittedModel> {
  const spec = { header: headerJson, arrays: {} };
  const { answer, reason } = (await openModelFile(file, 'majority', undefined, spec)).header;
  return constant(answer, reason);
}

function constant(answer: Constant, reason: string): FittedModel {
  const content: ModelContent = { header: { answer, reason }, arrays: {} };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) => answerEach(inputs, options, (input) => answer ?? level(input)),
    save: (file) => writeModelFile(file, 'majority', content),
    explain: () => [reason],
  };
}

/** The same score for every document. */
const level = (input: Input): Prediction<'ranking'> => ({
  scores: 'documents' in input ? input.documents.map(() => 0) : [],
});

/** Of equally frequent ones, the first by key. */
function mostFrequent<T>(items: readonly T[], key: (item: T) => string): T {
  const [best] = byFrequency(countBy(items, key));
  return items.find((item) => key(item) === best)!;
}

const percent = (part: number, whole: number): string =>
  `${((100 * part) / whole).toFixed(1)} % of the training data`;
