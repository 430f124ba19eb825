import type { Entity } from '../../../tasks/families/ner/types.ts';
import { type Characters, positionsOf } from '../mentions/characters.ts';

/**
 * The tags of a set of entity types: 0 is O, `1 + k` is B of type k, `1 + types + k` is I of type k.
 * I of a type follows only B or I of that type: the lattice knows this order and never leaves it.
 */
export const tagCount = (types: number): number => 2 * types + 1;

export const tagName = (tag: number, types: readonly string[]): string =>
  tag === 0 ? 'O' : tag <= types.length ? `B_${types[tag - 1]}` : `I_${types[tag - 1 - types.length]}`;

/** All types that occur, in code-point order. */
export const typesOf = (texts: readonly { readonly entities: readonly Entity[] }[]): string[] =>
  [...new Set(texts.flatMap(({ entities }) => entities.map(({ type }) => type)))].sort();

/**
 * Gold entities → one tag a position. Where entities overlap, the longest is kept (the first of equals),
 * since a chain of tags has no place for two. Types that are not in `types` are left out.
 */
export function encodeTags(
  characters: Characters,
  entities: readonly Entity[],
  types: readonly string[],
): Uint8Array<ArrayBuffer> {
  const tags = new Uint8Array(characters.length);
  const positions = positionsOf(characters);
  const last = positions.length - 1;
  const longestFirst = [...entities].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  for (const { start, end, type } of longestFirst) {
    const index = types.indexOf(type);
    if (index < 0 || !(start >= 0 && start < end && end <= last)) continue;
    const from = positions[start];
    const to = positions[end - 1] + 1;
    if (tags.subarray(from, to).some((tag) => tag !== 0)) continue;
    tags.fill(1 + types.length + index, from, to);
    tags[from] = 1 + index;
  }
  return tags;
}

/** Tags → entities in UTF-16 offsets of the text, in order. */
export function decodeTags(characters: Characters, tags: Uint8Array, types: readonly string[]): Entity[] {
  const entities: Entity[] = [];
  for (let from = 0; from < characters.length; from++) {
    if (tags[from] === 0 || tags[from] > types.length) continue;
    const inside = tags[from] + types.length;
    let to = from + 1;
    while (to < characters.length && tags[to] === inside) to++;
    entities.push({
      start: characters.starts[from],
      end: characters.starts[to],
      type: types[tags[from] - 1],
    });
  }
  return entities;
}
