import type { Text } from '../../../ground/language.ts';
import type { Entity } from './types.ts';

export const FRAGMENTS: Text = {
  en: 'parts [start, end] in ascending order that do not overlap, the first and last of which make the span',
  zh: '按升序排列、互不重叠的 [start, end] 列表，首尾与该实体的起止一致',
};

type Fragments = NonNullable<Entity['fragments']>;

/** The parts of an entity; undefined for invalid ones. */
export function readFragments(value: unknown, { start, end }: Omit<Entity, 'type'>): Fragments | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts: (readonly [number, number])[] = [];
  for (const part of value) {
    if (!Array.isArray(part) || part.length !== 2) return undefined;
    const [from, to]: unknown[] = part;
    const before = parts.at(-1)?.[1] ?? start;
    if (!isInteger(from) || !isInteger(to) || from < before || to <= from) return undefined;
    parts.push([from, to]);
  }
  return parts[0][0] === start && parts[parts.length - 1][1] === end ? parts : undefined;
}

const isInteger = (value: unknown): value is number => Number.isInteger(value);

/** An entity by its parts: two are the same where these are. Parts that touch are one. */
export function partsOf({ start, end, fragments = [[start, end]] }: Entity): string {
  const joined: [number, number][] = [];
  for (const [from, to] of fragments) {
    const last = joined.at(-1);
    if (last && last[1] === from) last[1] = to;
    else joined.push([from, to]);
  }
  return joined.join(';');
}
