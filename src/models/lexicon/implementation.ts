import * as z from 'zod';
import { counted } from '../../ground/counted.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { STATUSES } from '../shared/mentions/statuses.ts';
import { type ModelContent, openModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { type Entry, learnEntries, type Marked } from './learn.ts';
import { createMatcher } from './matcher.ts';
import type { LexiconParameters } from './parameters.ts';

type LexiconFamily = 'ner' | 'dialogue';

/** The usual status of a symptom, by its standard name. */
type Statuses = Readonly<Record<string, SymptomStatus>>;

export const fit: Fits<LexiconParameters> = {
  ner: async ({ train, parameters, signal }) => {
    const marked = train.map(({ input: { text }, gold }) => ({
      text,
      mentions: gold.entities.map(({ start, end, type }) => ({ start, end, value: type })),
    }));
    return fittedNer(await learn(marked, parameters, signal));
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
    return fittedDialogue(await learn(marked, parameters, signal), statuses);
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

const learn = (
  marked: readonly Marked[],
  { leastPrecision }: LexiconParameters,
  signal?: AbortSignal,
): Promise<Entry[]> => learnEntries(marked, leastPrecision, createYielder(signal));

function fittedNer(entries: readonly Entry[]): FittedModel<'ner'> {
  const types = new Map(entries.map(({ word, value }) => [word, value]));
  const matcher = createMatcher(types.keys());
  const tag = ({ text }: Input<'ner'>): Prediction<'ner'> => ({
    entities: matcher(text).map(({ start, end, word }) => ({ start, end, type: types.get(word)! })),
  });
  return fitted('ner', entries, tag, ({ text }) => matcher(text).map(({ word }) => word));
}

function fittedDialogue(entries: readonly Entry[], statuses: Statuses): FittedModel<'dialogue'> {
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
  return fitted('dialogue', entries, tag, words, statuses);
}

function fitted<F extends LexiconFamily>(
  family: F,
  entries: readonly Entry[],
  tag: (input: Input<F>) => Prediction<F>,
  words: (input: Input<F>) => readonly string[],
  statuses: Statuses = {},
): FittedModel<F> {
  const content: ModelContent = { header: { family, entries, statuses }, arrays: {} };
  const byWord = new Map(entries.map((entry) => [entry.word, entry]));
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) => answerEach(inputs, options, tag),
    save: (file) => writeModelFile(file, 'lexicon', content),
    explain: (input) =>
      words(input).map((word) => {
        const { value, found, right } = byWord.get(word)!;
        return {
          en: `“${word}” is ${value}: right ${right} of ${counted(found, 'time')} in the training data`,
          zh: `“${word}”为 ${value}：在训练集中出现 ${found} 次，${right} 次正确`,
        };
      }),
  };
}

const count = z.int().min(0);
const headerJson = z.object({
  entries: z.array(z.object({ word: z.string(), value: z.string(), found: count, right: count })),
  statuses: z.record(z.string(), z.enum(['true', 'false', 'uncertain'])),
});

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<FittedModel> {
  const spec = { header: headerJson, arrays: {} };
  const { entries, statuses } = (await openModelFile(file, 'lexicon', task.family, spec)).header;
  return familyOf(task).inputShape === 'turns' ? fittedDialogue(entries, statuses) : fittedNer(entries);
}
