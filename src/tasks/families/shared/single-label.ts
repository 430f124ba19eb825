import { createRandom, shuffle } from '../../../ground/random.ts';
import type { Task } from '../../task.ts';
import type { ExampleOf, Family, Fault, ReferenceAnswer } from '../family.ts';
import { bare, type FamilyView } from '../view.ts';
import { asLabel, knownLabels, type Line, labelFault, labelScoreFaults } from './faults.ts';
import type { Labelled, LabelPrediction } from './types.ts';
import { wrongLabel, wrongScores } from './wrong.ts';

/** The types of a family where every example has exactly one label. */
export interface SingleLabelTypes<Input extends object> {
  readonly input: Input;
  readonly gold: Labelled;
  readonly prediction: LabelPrediction;
}

type Types = SingleLabelTypes<object>;

function parseLabel(line: Line, _input: object, task: Task): LabelPrediction | readonly Fault[] {
  const label = asLabel(line.label);
  const { scores } = line;
  const known = knownLabels(task);
  const fault = labelFault(label, 'label', known);
  if (fault === undefined && scores === undefined) return bareAnswer(label as string);
  const faults = labelScoreFaults(scores, known);
  if (fault) faults.unshift(fault);
  if (faults.length > 0) return faults;
  return { label: label as string, scores: scores as LabelPrediction['scores'] };
}

const MAX_SHARED = 10_000;
const shared = new Map<string, LabelPrediction>();

/** Equal answers share one object: a million predictions have few labels. */
function bareAnswer(label: string): LabelPrediction {
  let answer = shared.get(label);
  if (!answer) {
    answer = Object.freeze({ label });
    if (shared.size < MAX_SHARED) shared.set(label, answer);
  }
  return answer;
}

/** Gold dealt out at random: the frequencies of labels are kept, and nothing else. */
export const deal = <Answer>(answers: readonly Answer[], seed: number): Answer[] =>
  shuffle([...answers], createRandom(seed, 'chance'));

/** Constants are listed for this many labels, the most frequent ones. */
const MAX_CONSTANTS = 3;

function labelReferences(
  task: Task,
  examples: readonly ExampleOf<Types>[],
): ReferenceAnswer<LabelPrediction>[] {
  const counts = new Map(task.labels.map(({ id }) => [id, 0]));
  for (const { gold } of examples) counts.set(gold.label, (counts.get(gold.label) ?? 0) + 1);
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_CONSTANTS);
  return [
    {
      answer: { en: 'an oracle: every gold label', zh: '理想模型：全部金标' },
      predictions: examples.map(({ gold }) => gold),
    },
    ...frequent.map(([label]) => ({
      answer: { en: `a constant: always "${label}"`, zh: `常数：永远答“${label}”` },
      predictions: examples.map(() => ({ label })),
    })),
  ];
}

/** The common part of single-label families: everything but titles, inputs and conventions. */
export const singleLabel = {
  hubTaskType: 'text-classification',
  parse: parseLabel,
  missing: ({ gold }, task) => ({
    label: wrongLabel(task, gold.label),
    scores: wrongScores(task, [gold.label]),
  }),
  labels: ({ gold }) => [gold.label],
  brief: ({ label }) => label,
  constants: ({ labels }) => labels.map(({ id }) => ({ label: id })),
  guess: (examples, seed) =>
    deal(
      examples.map(({ gold }) => ({ label: gold.label })),
      seed,
    ),
  references: labelReferences,
} satisfies Partial<Family<string, Types>>;

/** The view of a single-label family: its answer is one label without a place. */
export const singleLabelView = {
  side: ({ label }) => ({ elements: [bare(label)] }),
  near: () => 1,
  choice: (answer) => answer,
} satisfies Partial<FamilyView<Types>>;
