import type { ClinicalEvent } from '../../tasks/families/event/types.ts';
import { distance, type Place } from '../shared/events/attach.ts';

/** An event whose words have places. */
export interface PlacedEvent {
  readonly core: Place;
  readonly tendency: string;
  readonly characters: readonly Place[];
  readonly anatomy: readonly Place[];
}

/**
 * Finds the places of the words of events, of which corpora have only the strings. A core is placed where its attributes are
 * nearest, the first of equal places, and not at the place of another event with this core if there are others; an attribute is
 * placed
 * nearest to its core. Cores and attributes that are no piece of the text are left out.
 */
export function placeEvents(text: string, events: readonly ClinicalEvent[]): PlacedEvent[] {
  const taken = new Set<number>();
  const placed = new Map<ClinicalEvent, PlacedEvent>();
  for (const event of [...events].sort((a, b) => attributesOf(b).length - attributesOf(a).length)) {
    const all = placesOf(text, event.core);
    const free = all.filter(({ start }) => !taken.has(start));
    const attributes = attributesOf(event)
      .map((word) => placesOf(text, word))
      .filter(({ length }) => length > 0);
    const away = (core: Place): number =>
      attributes.reduce(
        (sum, places) => sum + Math.min(...places.map((place) => distance(text, place, core))),
        0,
      );
    const core = leastBy(free.length > 0 ? free : all, away);
    if (!core) continue;
    taken.add(core.start);
    const near = (words: readonly string[]): Place[] =>
      words.flatMap((word) => leastBy(placesOf(text, word), (place) => distance(text, place, core)) ?? []);
    placed.set(event, {
      core,
      tendency: event.tendency,
      characters: near(event.characters),
      anatomy: near(event.anatomy),
    });
  }
  return events.flatMap((event) => placed.get(event) ?? []);
}

const attributesOf = ({ characters, anatomy }: ClinicalEvent): string[] => [...characters, ...anatomy];

/** Every occurrence of a word; none for an empty word. */
function placesOf(text: string, word: string): Place[] {
  const places: Place[] = [];
  if (word === '') return places;
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1))
    places.push({ start, end: start + word.length });
  return places;
}

/** The first of the least; undefined of none. */
function leastBy<T>(list: readonly T[], measure: (item: T) => number): T | undefined {
  let best: { readonly item: T; readonly value: number } | undefined;
  for (const item of list) {
    const value = measure(item);
    if (!best || value < best.value) best = { item, value };
  }
  return best?.item;
}
