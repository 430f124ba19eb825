import type { Task } from '../../task.ts';
import type { AnnotatedSpans, ExampleOf, Fault, MadeUp } from '../family.ts';
import {
  asLabel,
  badType,
  isObject,
  knownLabels,
  type Line,
  labelFault,
  readList,
} from '../shared/faults.ts';
import { listed } from '../shared/listed.ts';
import { notInText } from '../shared/not-in-text.ts';
import type { Text1 } from '../shared/types.ts';
import type { RelationTypes, Triple } from './types.ts';

type Answer = RelationTypes['prediction'];

const EXPECTED = {
  en: 'an object {"subject", "predicate", "object"}',
  zh: '对象 {"subject", "predicate", "object"}',
};
const STRING = { en: 'a string', zh: '字符串' };

function readTriple(value: unknown, prefix: string, known: ReadonlySet<string>): Triple | readonly Fault[] {
  if (!isObject(value)) return [badType(prefix, EXPECTED, value)];
  const { subject, object, subjectType, objectType } = value;
  const predicate = asLabel(value.predicate);
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries({ subject, object })) {
    const field = `${prefix}.${name}`;
    if (typeof text !== 'string') faults.push(badType(field, STRING, text));
    else if (text === '') {
      const message = { en: `"${field}" is empty`, zh: `“${field}”为空` };
      faults.push({ code: 'empty-text', field, message });
    }
  }
  for (const [name, type] of Object.entries({ subjectType, objectType })) {
    if (type !== undefined && typeof type !== 'string')
      faults.push(badType(`${prefix}.${name}`, STRING, type));
  }
  const fault = labelFault(predicate, `${prefix}.predicate`, known);
  if (fault) faults.push(fault);
  if (faults.length > 0) return faults;
  return {
    subject: subject as string,
    predicate: predicate as string,
    object: object as string,
    ...(subjectType === undefined ? {} : { subjectType: subjectType as string }),
    ...(objectType === undefined ? {} : { objectType: objectType as string }),
  };
}

/** Reads `{"triples": [{"subject", "predicate", "object"}]}`. */
export function parseTriples(line: Line, _input: Text1, task: Task): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const triples = readList<Triple>(line, 'triples', (value, prefix) => readTriple(value, prefix, known));
  return 'faults' in triples ? triples.faults : { triples };
}

/** A text that no gold subject or object equals or contains, nor is contained in: a control character. */
const NOTHING = '\u0000';

/** As many triples as gold has, at least one, all of them wrong. */
export function missingTriples({ gold }: ExampleOf<RelationTypes>, task: Task): Answer {
  const wrong = gold.triples.length > 0 ? gold.triples : [{ predicate: task.labels[0]?.id ?? '' }];
  return { triples: wrong.map(({ predicate }) => ({ subject: NOTHING, predicate, object: NOTHING })) };
}

/** Subjects and objects that are not in the text, with their predicate. */
export const termsNotInText = ({ triples }: Answer, { text }: Text1): MadeUp[] =>
  notInText(
    text,
    triples.flatMap(({ subject, predicate, object }) =>
      [subject, object].map((quote) => ({ quote, label: predicate })),
    ),
  );

/** `阿司匹林 –治疗→ 头痛`. */
export const briefTriples = ({ triples }: Answer): string =>
  listed(triples.map(({ subject, predicate, object }) => `${subject} –${predicate}→ ${object}`));

/** Every occurrence of the subjects and objects of gold: triples have no offsets. */
export function annotatedTerms({ input: { text }, gold }: ExampleOf<RelationTypes>): AnnotatedSpans {
  const terms = gold.triples.flatMap(({ subject, subjectType = 'term', object, objectType = 'term' }) => [
    { term: subject, type: subjectType },
    { term: object, type: objectType },
  ]);
  return { text, mentions: terms.flatMap(({ term, type }) => occurrences(text, term, type)) };
}

function occurrences(text: string, term: string, type: string): AnnotatedSpans['mentions'] {
  const found: { start: number; end: number; type: string }[] = [];
  if (term === '') return found;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
    found.push({ start: at, end: at + term.length, type });
  }
  return found;
}
