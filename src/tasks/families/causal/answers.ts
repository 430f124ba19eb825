import type { Task } from '../../task.ts';
import type { ComparedParts, ExampleOf, Fault, MadeUp } from '../family.ts';
import {
  asLabel,
  badType,
  isObject,
  knownLabels,
  type Line,
  labelFault,
  readList,
  spanFaults,
} from '../shared/faults.ts';
import { listed } from '../shared/listed.ts';
import type { Text1 } from '../shared/types.ts';
import type { CausalRelation, CausalTypes, Mention, MentionRelation, UnalignedRelation } from './types.ts';

type Answer = CausalTypes['prediction'];

const RELATION = {
  en: 'an object {"head", "relation", "tail"}',
  zh: '对象 {"head", "relation", "tail"}',
};
const MENTION = { en: 'an object {"start", "end"}', zh: '对象 {"start", "end"}' };
const UNALIGNED = { en: 'an object {"relation", "quotes"}', zh: '对象 {"relation", "quotes"}' };

/** Reads the parts of one line, collecting every fault. */
function createReader(text: string, task: Task) {
  const known = knownLabels(task);
  const faults: Fault[] = [];
  const mention = (value: unknown, at: string): Mention => {
    if (!isObject(value)) {
      faults.push(badType(at, MENTION, value));
      return { start: 0, end: 0 };
    }
    faults.push(...spanFaults(value.start, value.end, text, at));
    return { start: Number(value.start), end: Number(value.end) };
  };
  const label = (value: unknown, at: string): string => {
    const name = asLabel(value);
    const fault = labelFault(name, at, known);
    if (fault) faults.push(fault);
    return String(name);
  };
  const inner = (value: Line, at: string): MentionRelation => ({
    head: mention(value.head, `${at}.head`),
    relation: label(value.relation, `${at}.relation`),
    tail: mention(value.tail, `${at}.tail`),
  });
  return {
    faults,
    label,
    relation: ({ head, relation, tail }: Line, at: string): CausalRelation => ({
      head: mention(head, `${at}.head`),
      relation: label(relation, `${at}.relation`),
      tail:
        isObject(tail) && tail.relation !== undefined
          ? inner(tail, `${at}.tail`)
          : mention(tail, `${at}.tail`),
    }),
  };
}

function readRelation(value: unknown, at: string, text: string, task: Task): CausalRelation | Fault[] {
  if (!isObject(value)) return [badType(at, RELATION, value)];
  const reader = createReader(text, task);
  const relation = reader.relation(value, at);
  return reader.faults.length > 0 ? reader.faults : relation;
}

function readUnaligned(value: unknown, at: string, task: Task): UnalignedRelation | Fault[] {
  if (!isObject(value)) return [badType(at, UNALIGNED, value)];
  const { quotes } = value;
  const reader = createReader('', task);
  const relation = reader.label(value.relation, `${at}.relation`);
  if (!Array.isArray(quotes) || !quotes.every((quote) => typeof quote === 'string')) {
    const strings = { en: 'an array of strings', zh: '字符串数组' };
    return [...reader.faults, badType(`${at}.quotes`, strings, quotes)];
  }
  return reader.faults.length > 0 ? reader.faults : { relation, quotes };
}

/** Reads `{"relations": [{"head", "relation", "tail"}]}`, and `unaligned`, `[{"relation", "quotes"}]`, where it is given. */
export function parseRelations(line: Line, { text }: Text1, task: Task): Answer | readonly Fault[] {
  const relations = readList<CausalRelation>(line, 'relations', (value, at) =>
    readRelation(value, at, text, task),
  );
  if (line.unaligned === undefined) return 'faults' in relations ? relations.faults : { relations };
  const unaligned = readList<UnalignedRelation>(line, 'unaligned', (value, at) =>
    readUnaligned(value, at, task),
  );
  if ('faults' in relations) return [...relations.faults, ...('faults' in unaligned ? unaligned.faults : [])];
  return 'faults' in unaligned ? unaligned.faults : { relations, unaligned };
}

/** No words of any text. */
export const NOWHERE: Mention = { start: 0, end: 0 };

/** As many relations as gold has, at least one, all wrong. */
export function missingRelations({ gold }: ExampleOf<CausalTypes>, task: Task): Answer {
  const wrong = gold.relations.length > 0 ? gold.relations : [{ relation: task.labels[0]?.id ?? '' }];
  return { relations: wrong.map(({ relation }) => ({ head: NOWHERE, relation, tail: NOWHERE })) };
}

/** The parts of a relation in one order: its head, its label, and its tail's, which are three where that is a relation. */
const partsOf = <Part>({ head, relation, tail }: CausalRelation, part: (mention: Mention) => Part) =>
  'relation' in tail
    ? [part(head), relation, part(tail.head), tail.relation, part(tail.tail)]
    : [part(head), relation, part(tail)];

/** Equal exactly where labels and places are. */
export const placesKey = (relation: CausalRelation): string =>
  JSON.stringify(partsOf(relation, ({ start, end }) => [start, end]));

/** Equal exactly where labels and words are, regardless of their places. */
export const wordsKey = (relation: CausalRelation, text: string): string =>
  JSON.stringify(partsOf(relation, ({ start, end }) => text.slice(start, end)));

/** `甲 –1→ 乙`; a condition on a relation: `丙 –2→ (甲 –1→ 乙)`. */
export function describeRelation({ head, relation, tail }: CausalRelation, text: string): string {
  const words = ({ start, end }: Mention): string => text.slice(start, end);
  const right =
    'relation' in tail ? `(${words(tail.head)} –${tail.relation}→ ${words(tail.tail)})` : words(tail);
  return `${words(head)} –${relation}→ ${right}`;
}

export const describeUnaligned = ({ relation, quotes }: UnalignedRelation): string =>
  `${quotes.map((quote) => `“${quote}”`).join(' ')}/${relation}`;

export const briefRelations = ({ relations, unaligned = [] }: Answer, { text }: Text1): string =>
  listed([
    ...relations.map((relation) => describeRelation(relation, text)),
    ...unaligned.map(describeUnaligned),
  ]);

export const madeUpQuotes = ({ unaligned = [] }: Answer): MadeUp[] =>
  unaligned.flatMap(({ relation, quotes }) => quotes.map((quote) => ({ quote, label: relation })));

export const comparedRelations = ({ input: { text }, gold }: ExampleOf<CausalTypes>): ComparedParts => ({
  texts: [text],
  gold: gold.relations.map(placesKey).sort().join('\n'),
});
