import type { Entity } from '../../tasks/families/ner/types.ts';

/** An ordered pair of different strings of one text, at their two closest places. */
export interface Pair {
  readonly subject: Entity;
  readonly object: Entity;
  readonly subjectText: string;
  readonly objectText: string;
  /** `subject type → object type`: each kind of pair has its own classifier. */
  readonly types: string;
}

/** Strings further apart than this many code units make no pair: it bounds the work on long texts. */
const MOST_DISTANCE = 400;

/** All pairs of a text's mentions (in order, not overlapping), those of equal strings and types as one. */
export function pairsOf(text: string, mentions: readonly Entity[]): Pair[] {
  const closest = new Map<string, Pair & { readonly distance: number }>();
  const names = mentions.map(({ start, end }) => text.slice(start, end));
  for (let i = 0; i < mentions.length; i++) {
    for (let j = i + 1; j < mentions.length; j++) {
      const distance = mentions[j].start - mentions[i].end;
      if (distance > MOST_DISTANCE) break;
      if (names[i] === names[j]) continue;
      for (const [s, o] of [
        [i, j],
        [j, i],
      ]) {
        const key = `${names[s]}\u0000${mentions[s].type}\u0000${names[o]}\u0000${mentions[o].type}`;
        const known = closest.get(key);
        if (known && known.distance <= distance) continue;
        closest.set(key, {
          subject: mentions[s],
          object: mentions[o],
          subjectText: names[s],
          objectText: names[o],
          types: `${mentions[s].type} → ${mentions[o].type}`,
          distance,
        });
      }
    }
  }
  return [...closest.values()];
}

/** Features of a relation: the strings, what is between and around them, order, distance, place. */
export function* pairFeatures(text: string, pair: Pair, mentions: readonly Entity[]): Generator<string> {
  const { subject, object, subjectText, objectText } = pair;
  const forward = subject.start < object.start;
  const [first, second] = forward ? [subject, object] : [object, subject];
  const between = text.slice(first.end, second.start);
  const order = forward ? '>' : '<';
  const distance = between.length;
  yield `order ${order}`;
  yield `distance ${order} ${distance === 0 ? 0 : Math.floor(Math.log2(distance)) + 1}`;
  yield `subject=${subjectText}`;
  yield `object=${objectText}`;
  for (const n of [1, 2]) {
    yield `subject ends ${subjectText.slice(-n)}`;
    yield `object ends ${objectText.slice(-n)}`;
    yield `object begins ${objectText.slice(0, n)}`;
  }
  if (distance <= 6) yield `between ${order} = ${between}`;
  for (const gram of grams(between.length <= 60 ? between : between.slice(0, 30) + between.slice(-30))) {
    yield `between ${order} ~ ${gram}`;
  }
  const boundaries = between.match(/[。；;！？!?\n]/gu)?.length ?? 0;
  yield `sentences ${order} ${Math.min(boundaries, 3)}`;
  yield `commas ${order} ${Math.min(between.match(/[，,、]/gu)?.length ?? 0, 4)}`;
  const others = mentions.filter(({ start, end }) => start >= first.end && end <= second.start);
  yield `mentions between ${order} ${Math.min(others.length, 5)}`;
  for (const type of new Set(others.map(({ type }) => type))) yield `a ${type} between ${order}`;
  if (others.some(({ type }) => type === subject.type)) yield `a rival subject ${order}`;
  if (subject === mentions[0]) yield 'subject comes first';
  if (mentions.every(({ type, start }) => type !== subject.type || start >= subject.start)) {
    yield `first of its type ${order}`;
  }
  for (const n of [1, 2, 3]) {
    yield `before object ${text.slice(Math.max(0, object.start - n), object.start)}`;
    yield `after object ${text.slice(object.end, object.end + n)}`;
    yield `before subject ${text.slice(Math.max(0, subject.start - n), subject.start)}`;
    yield `after subject ${text.slice(subject.end, subject.end + n)}`;
  }
  for (const gram of grams(text.slice(Math.max(0, first.start - 8), first.start))) yield `left ~ ${gram}`;
  for (const gram of grams(text.slice(second.end, second.end + 8))) yield `right ~ ${gram}`;
}

/** Pairs and triples of characters. */
function* grams(text: string): Generator<string> {
  const points = Array.from(text);
  for (let i = 0; i + 1 < points.length; i++) {
    yield points[i] + points[i + 1];
    if (i + 2 < points.length) yield points[i] + points[i + 1] + points[i + 2];
  }
}
