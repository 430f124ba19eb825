import { createPace } from '../../ground/yielder.ts';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { Parameters, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { answerEach } from '../shared/answer-each.ts';
import { type ModelContent, readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { type Entry, learnEntries, type Marked } from './learn.ts';
import { createMatcher } from './matcher.ts';

type LexiconFamily = 'ner' | 'dialogue';

/** The usual status of a symptom, by its standard name. */
type Statuses = Readonly<Record<string, SymptomStatus>>;

const STATUSES: readonly SymptomStatus[] = ['true', 'false', 'uncertain'];

export const fits: Fits = {
  ner: async ({ train, parameters, signal }) => {
    const marked = train.map(({ input: { text }, gold }) => ({
      text,
      mentions: gold.entities.map(({ start, end, type }) => ({ start, end, value: type })),
    }));
    return nerPredictor(await learn(marked, parameters, signal));
  },
  dialogue: async ({ train, parameters, signal }) => {
    const marked = train.flatMap(({ input, gold }) =>
      input.turns.map(({ text }, turn) => ({
        text,
        mentions: gold.entities
          .filter((mention) => mention.turn === turn)
          .map(({ start, end, name }) => ({ start, end, value: name ?? '' })),
      })),
    );
    const statuses = countStatuses(train.flatMap(({ gold }) => gold.symptoms));
    return dialoguePredictor(await learn(marked, parameters, signal), statuses);
  },
};

/** The most frequent status of every name; of equally frequent ones the first in `STATUSES`. */
function countStatuses(symptoms: readonly Symptom[]): Statuses {
  const counts = new Map<string, number[]>();
  for (const { name, status } of symptoms) {
    const of = counts.get(name) ?? STATUSES.map(() => 0);
    of[STATUSES.indexOf(status)]++;
    counts.set(name, of);
  }
  return Object.fromEntries(
    Array.from(counts, ([name, of]) => [name, STATUSES[of.indexOf(Math.max(...of))]] as const),
  );
}

const learn = (marked: readonly Marked[], parameters: Parameters, signal?: AbortSignal): Promise<Entry[]> =>
  learnEntries(marked, Number(parameters['least-precision']), createPace(signal));

function nerPredictor(entries: readonly Entry[]): Predictor<'ner'> {
  const types = new Map(entries.map(({ word, value }) => [word, value]));
  const matcher = createMatcher(types.keys());
  const tag = ({ text }: Input<'ner'>): Prediction<'ner'> => ({
    entities: matcher(text).map(({ start, end, word }) => ({ start, end, type: types.get(word)! })),
  });
  return predictor('ner', entries, tag, ({ text }) => matcher(text).map(({ word }) => word));
}

function dialoguePredictor(entries: readonly Entry[], statuses: Statuses): Predictor<'dialogue'> {
  const names = new Map(entries.map(({ word, value }) => [word, value]));
  const usual = new Map(Object.entries(statuses));
  const matcher = createMatcher(names.keys());
  const tag = ({ turns }: Input<'dialogue'>): Prediction<'dialogue'> => {
    const symptoms = new Map<string, Symptom>();
    const entities = turns.flatMap(({ text }, turn) =>
      matcher(text).map(({ start, end, word }): SymptomMention => {
        const name = names.get(word)!;
        const status = usual.get(name);
        if (status === undefined) return { turn, start, end, ...(name && { name }) };
        symptoms.set(name, { name, status });
        return { turn, start, end, name, status };
      }),
    );
    return { symptoms: [...symptoms.values()], entities };
  };
  const words = ({ turns }: Input<'dialogue'>): string[] =>
    turns.flatMap(({ text }) => matcher(text).map(({ word }) => word));
  return predictor('dialogue', entries, tag, words, statuses);
}

function predictor<F extends LexiconFamily>(
  family: F,
  entries: readonly Entry[],
  tag: (input: Input<F>) => Prediction<F>,
  words: (input: Input<F>) => readonly string[],
  statuses: Statuses = {},
): Predictor<F> {
  const content: ModelContent = { header: { family, entries, statuses }, arrays: {} };
  const byWord = new Map(entries.map((entry) => [entry.word, entry]));
  return {
    bytes: sizeOf(content),
    predict: (inputs, onProgress) => answerEach(inputs, tag, onProgress),
    save: (file) => writeModelFile(file, 'lexicon', content),
    explain: (input) =>
      words(input).map((word) => {
        const { value, found, right } = byWord.get(word)!;
        return `“${word}” is ${value}: right ${right} of ${found} times in the training data`;
      }),
  };
}

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<Predictor> {
  const { header } = await readModelFile(file, 'lexicon', task.family);
  const entries = header.entries as Entry[];
  return (task.family === 'ner'
    ? nerPredictor(entries)
    : dialoguePredictor(entries, header.statuses as Statuses)) as unknown as Predictor;
}
