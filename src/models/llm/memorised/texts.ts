import { createRandom, type Random, shuffle } from '../../../ground/random.ts';
import type { Input } from '../../../tasks/examples.ts';
import { familyOf } from '../../../tasks/families/registry.ts';
import type { Task } from '../../../tasks/task.ts';
import { comparisonForm } from '../../../text/normalise.ts';

/** Halves of shorter texts are inconclusive. */
const LEAST_LENGTH = 16;

/** The source of the halves of a text. */
export const SOURCES = ['test', 'train', 'recombined'] as const;
export type Source = (typeof SOURCES)[number];

/** A text whose beginning is shown, and what follows it. */
export interface HalvedText {
  readonly source: Source;
  readonly shown: string;
  readonly hidden: string;
}

interface Texts {
  readonly task: Task;
  readonly test: readonly Input[];
  readonly train: readonly Input[];
  readonly limit: number;
  readonly seed: number;
}

/**
 * Texts of test, drawn at random; for each a text of train of the nearest length; and for each a text that cannot have been
 * seen: the second half of one text of test followed by the first half of another one of the same length. A text that is in
 * both splits is in neither group.
 */
export function halvedTexts({ task, test, train, limit, seed }: Texts): HalvedText[] {
  const known = { test: textsOf(task, test), train: textsOf(task, train) };
  const only = (own: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
    [...own].filter(([form]) => !other.has(form)).map(([, text]) => text);
  const random = createRandom(seed, 'memorised');
  const chosen = shuffle(only(known.test, known.train), random).slice(0, limit);
  const matched = matchLengths(chosen, shuffle(only(known.train, known.test), random));
  return [
    ...chosen.map((text) => halved('test', text)),
    ...matched.map((text) => halved('train', text)),
    ...recombined(chosen, random),
  ];
}

/** Distinct texts that are long enough, by their comparison form. */
function textsOf(task: Task, inputs: readonly Input[]): Map<string, string> {
  const { texts } = familyOf(task);
  const found = new Map<string, string>();
  for (const input of inputs)
    for (const text of texts(input)) {
      const form = comparisonForm(text);
      if (form.length >= LEAST_LENGTH && !found.has(form)) found.set(form, text);
    }
  return found;
}

/** For every text one of `pool` of the nearest length, without repeats; fewer if the pool is small. */
function matchLengths(texts: readonly string[], pool: readonly string[]): string[] {
  const left = new Set(pool);
  const matched: string[] = [];
  for (const { length } of texts) {
    let nearest: string | undefined;
    for (const candidate of left)
      if (nearest === undefined || Math.abs(candidate.length - length) < Math.abs(nearest.length - length))
        nearest = candidate;
    if (nearest === undefined) break;
    left.delete(nearest);
    matched.push(nearest);
  }
  return matched;
}

/** The texts in order of length, each joined with the next one: what is shown never stood before what is hidden. */
function recombined(texts: readonly string[], random: Random): HalvedText[] {
  if (texts.length < 2) return [];
  const ordered = shuffle([...texts], random).sort((a, b) => a.length - b.length);
  return ordered.map((text, i) => {
    const other = ordered[i + 1] ?? ordered[i - 1];
    return { source: 'recombined', shown: halved('test', text).hidden, hidden: halved('test', other).shown };
  });
}

/** A text cut in the middle, never inside a character. */
function halved(source: Source, text: string): HalvedText {
  const middle = text.length >> 1;
  const unit = text.charCodeAt(middle);
  const at = unit >= 0xdc00 && unit <= 0xdfff ? middle + 1 : middle;
  return { source, shown: text.slice(0, at), hidden: text.slice(at) };
}
