import type { Example, FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Symptom } from '../../tasks/families/dialogue/types.ts';
import type { LabelPrediction } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { byFrequency, countBy, scoresByLabel, sortedLabels } from '../shared/labels/labels.ts';
import { type ModelContent, readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';

/** What is always answered; `null` for ranking, whose answer has as many scores as there are documents. */
type Constant = Prediction | null;

type LabelFamily = 'similarity' | 'inference' | 'classification';

async function fitLabel<F extends LabelFamily>({ task, train }: FitRequest<F>): Promise<Predictor<F>> {
  const labels = train.map(({ gold }) => gold.label);
  const label = mostFrequent(labels, (one) => one);
  const names = sortedLabels(labels);
  const share = countBy(labels, (one) => one);
  const scores = scoresByLabel(task, names, (k) => share.get(names[k])! / labels.length);
  return constant(
    { label, scores } satisfies LabelPrediction,
    `${label} is ${percent(share.get(label)!, labels.length)}`,
  );
}

/** No entity and no triple are by far the most frequent answers for a place in a text. */
export const fits: Fits = {
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
      train.map(({ gold }: Example<'dialogue'>) => gold.symptoms),
      key,
    );
    return constant({ symptoms }, `the most frequent set of symptoms: ${key(symptoms) || 'none'}`);
  },
};

export async function load(file: string, task: Task): Promise<Predictor> {
  const { header } = await readModelFile(file, 'majority');
  return constant(header.answer as Constant, header.reason as string) as unknown as Predictor<
    typeof task.family
  >;
}

function constant<F extends FamilyId>(answer: Prediction<F> | null, reason: string): Predictor<F> {
  const content: ModelContent = { header: { answer, reason }, arrays: {} };
  return {
    bytes: sizeOf(content),
    predict: async (inputs) =>
      inputs.map((input) => answer ?? (level(input as Input<'ranking'>) as Prediction<F>)),
    save: (file) => writeModelFile(file, 'majority', content),
    explain: () => [reason],
  };
}

const level = ({ documents }: Input<'ranking'>): Prediction<'ranking'> => ({
  scores: documents.map(() => 0),
});

/** Of equally frequent ones, the first by key. */
function mostFrequent<T>(items: readonly T[], key: (item: T) => string): T {
  const [best] = byFrequency(countBy(items, key));
  return items.find((item) => key(item) === best)!;
}

const percent = (part: number, whole: number): string =>
  `${((100 * part) / whole).toFixed(1)} % of the training data`;
