import type { Entity } from '../../tasks/families/ner/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';

/** The type of strings without one in their triples. */
export const UNTYPED = 'entity';

/**
 * Triples give strings: every occurrence of a subject or an object of the text's triples becomes a
 * mention. A string with several types takes the most frequent one (of equals the first seen). Strings
 * that are not in the text have no place.
 */
export function locate(text: string, triples: readonly Triple[]): Entity[] {
  const counts = new Map<string, Map<string, number>>();
  const count = (name: string, type = UNTYPED): void => {
    if (name === '') return;
    const of = counts.get(name) ?? new Map<string, number>();
    of.set(type, (of.get(type) ?? 0) + 1);
    counts.set(name, of);
  };
  for (const { subject, subjectType, object, objectType } of triples) {
    count(subject, subjectType);
    count(object, objectType);
  }
  const found: Entity[] = [];
  for (const [name, of] of counts) {
    const [[type]] = [...of].sort((a, b) => b[1] - a[1]);
    for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + name.length)) {
      found.push({ start, end: start + name.length, type });
    }
  }
  return keepLongest(found);
}

/** Of overlapping mentions, the longest is kept (the first of equals); in order. */
export function keepLongest(entities: readonly Entity[]): Entity[] {
  const taken: Entity[] = [];
  for (const entity of [...entities].sort(
    (a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start,
  )) {
    if (taken.every(({ start, end }) => end <= entity.start || entity.end <= start)) taken.push(entity);
  }
  return taken.sort((a, b) => a.start - b.start);
}
