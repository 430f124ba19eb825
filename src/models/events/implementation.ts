import * as z from 'zod';
import { createYielder } from '../../ground/yielder.ts';
import type { Prediction } from '../../tasks/examples.ts';
import { eventKey } from '../../tasks/families/event/answers.ts';
import type { ClinicalEvent } from '../../tasks/families/event/types.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { clauseStart, ownerOf } from '../shared/events/attach.ts';
import { learnFeatures, type NamedFeatures, restoreFeatures } from '../shared/features/named.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { sortedLabels } from '../shared/labels/labels.ts';
import { fitLogistic, type LogisticModel, probabilities } from '../shared/logistic/logistic.ts';
import { openModelFile, requireRules, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import type { EventsParameters } from './parameters.ts';
import { createMatcher, type KnownText, learnWords, type Match, type Words } from './words.ts';

/** Characters before and after a finding that indicate its tendency. */
const BEFORE = 8;
const AFTER = 4;

/** Whether a finding is there, from the words around it. */
interface Tendency {
  readonly labels: readonly string[];
  readonly features: NamedFeatures;
  readonly logistic: LogisticModel;
}

interface Knowledge {
  readonly words: Words;
  readonly tendency: Tendency;
}

const fitEvents: Fit<'event', EventsParameters> = async ({ train, parameters, onProgress, signal }) => {
  const known = train.map(({ input: { text }, gold: { events } }): KnownText => ({ text, events }));
  const words = learnWords(known, parameters.purity);
  await createYielder(signal)();
  onProgress?.(0.3);
  const tendency = await learnTendency(known, parameters, signal);
  onProgress?.(1);
  return fitted({ words, tendency });
};

export const fit: Fits<EventsParameters> = { event: fitEvents };

/** Learned from the gold events whose core occurs in their text. */
async function learnTendency(
  known: readonly KnownText[],
  { cutoff, c }: EventsParameters,
  signal: AbortSignal | undefined,
): Promise<Tendency> {
  const seen = known.flatMap(({ text, events }) =>
    events.flatMap(({ core, tendency }) => {
      const start = core === '' ? -1 : text.indexOf(core);
      return start < 0
        ? []
        : [{ bag: bagOf(text, { word: core, start, end: start + core.length }), tendency }];
    }),
  );
  const given = known.flatMap(({ events }) => events.map(({ tendency }) => tendency));
  const labels = sortedLabels(seen.length > 0 ? seen.map(({ tendency }) => tendency) : given);
  const features = learnFeatures(
    seen.map(({ bag }) => bag),
    cutoff,
  );
  const outputs = labels.length;
  if (seen.length === 0 || outputs < 2)
    return { labels, features, logistic: constant(outputs, features.names.length) };
  const targets = new Float64Array(seen.length * outputs);
  for (const [row, { tendency }] of seen.entries()) targets[row * outputs + labels.indexOf(tendency)] = 1;
  const rows = features.rows(seen.map(({ bag }) => bag));
  const { model } = await fitLogistic({ rows, outputs, link: 'softmax', targets, c, signal });
  return { labels, features, logistic: model };
}

const constant = (outputs: number, width: number): LogisticModel => ({
  ...{ outputs, link: 'softmax' },
  weights: new Float32Array(width * outputs),
  intercepts: new Float64Array(outputs),
});

/** The finding itself, characters and pairs of them around it, and how its clause begins. */
function bagOf(text: string, { word, start, end }: Match): string[] {
  const clause = clauseStart(text, start);
  const before = Array.from(text.slice(clause, start)).slice(-BEFORE);
  // A character is one code unit or two.
  const after = Array.from(text.slice(end, end + 2 * AFTER)).slice(0, AFTER);
  const [first = '', second = ''] = text.slice(clause, clause + 4);
  const pieces = (side: string, part: readonly string[]): string[] =>
    part.flatMap((character, i) => [`${side}:${character}`, `${side}:${character}${part[i + 1] ?? ''}`]);
  return [
    `core:${word}`,
    `begins:${first}`,
    `begins:${first}${second}`,
    ...pieces('before', before),
    ...pieces('after', after),
  ];
}

/** Finds the events of a text. */
function createAnswering({ words, tendency }: Knowledge): (text: string) => ClinicalEvent[] {
  const [findCores, findCharacters, findAnatomy] = [words.cores, words.characters, words.anatomy].map(
    createMatcher,
  );
  const { labels, features, logistic } = tendency;
  return (text) => {
    const cores = findCores(text);
    if (cores.length === 0 || labels.length === 0) return [];
    const [characters, anatomy] = [findCharacters, findAnatomy].map((find) => {
      const own: string[][] = cores.map(() => []);
      for (const match of find(text, cores)) {
        const owner = ownerOf(text, match, cores);
        if (owner !== undefined && !own[owner].includes(match.word)) own[owner].push(match.word);
      }
      return own;
    });
    const shares = probabilities(logistic, features.rows(cores.map((core) => bagOf(text, core))));
    const found = new Map<string, ClinicalEvent>();
    for (const [i, { word: core }] of cores.entries()) {
      const own = shares.subarray(i * labels.length, (i + 1) * labels.length);
      const event = {
        ...{ core, characters: characters[i], anatomy: anatomy[i] },
        tendency: labels[own.indexOf(Math.max(...own))],
      };
      found.set(eventKey(event), event);
    }
    return [...found.values()];
  };
}

function fitted(knowledge: Knowledge): FittedModel<'event'> {
  const { words, tendency } = knowledge;
  const { weights, intercepts } = tendency.logistic;
  const header = { family: 'event', words, labels: tendency.labels, names: tendency.features.names };
  const content = { header, arrays: { weights, intercepts } };
  const answer = createAnswering(knowledge);
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ text }): Prediction<'event'> => ({ events: answer(text) })),
    save: (file) => writeModelFile(file, 'events', content),
    explain: ({ text }) =>
      answer(text).map(({ core, tendency: label, characters, anatomy }) => ({
        en: `${core}: ${label}; where: ${anatomy.join(', ') || '–'}; how: ${characters.join(', ') || '–'}`,
        zh: `${core}：${label}；部位：${anatomy.join('、') || '–'}；描述：${characters.join('、') || '–'}`,
      })),
  };
}

const list = z.array(z.string());
const headerJson = z.object({
  words: z.object({ cores: list, characters: list, anatomy: list }),
  labels: list,
  names: list,
});

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<FittedModel<'event'>> {
  const spec = {
    header: headerJson,
    arrays: { weights: 'Float32Array', intercepts: 'Float64Array' },
  } as const;
  const { header, arrays } = await openModelFile(file, 'events', task.family, spec);
  const { words, labels, names } = header;
  const outputs = labels.length;
  requireDeclared(file, task, labels);
  requireRules(file, arrays, {
    weights: { length: names.length * outputs },
    intercepts: { length: outputs },
  });
  const { weights, intercepts } = arrays;
  const logistic: LogisticModel = { outputs, link: 'softmax', weights, intercepts };
  return fitted({ words, tendency: { labels, features: restoreFeatures(names), logistic } });
}
