import type { Entity } from '../../../tasks/families/ner/types.ts';
import { chosen, collect, type Shape } from '../shape.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}

const overlap = (a: Place, b: Place): boolean => a.start < b.end && b.start < a.end;

const keyOf = ({ start, end, type }: Entity): string => `${start} ${end} ${type}`;

/** Up to this share of gold spans that overlap the one before are slips of annotators. */
const SLIPS = 0.01;

/**
 * Typed spans, by the votes of members. Where they exclude each other, of overlapping candidates the one with the
 * higher score is given. For `stack`, a member that puts another span over a candidate speaks otherwise than one that
 * is silent.
 */
export const spanShape: Shape<'ner'> = {
  rule: 'set',
  scored: () => false,
  exclusive(examples) {
    let [spans, overlapping] = [0, 0];
    for (const { gold } of examples) {
      const sorted = [...gold.entities].sort((a, b) => a.start - b.start);
      spans += sorted.length;
      for (let i = 1; i < sorted.length; i++) if (overlap(sorted[i - 1], sorted[i])) overlapping++;
    }
    if (overlapping === 0) return [true];
    return overlapping <= SLIPS * spans ? [true, false] : [false, true];
  },
  threshold: () => true,
  propose(_input, said, { exclusive }) {
    const lists = said.map((prediction) => prediction?.entities ?? []);
    const given = lists.map((list) => list.map((item) => ({ item, value: 1 })));
    const { items, values } = collect(said.length, given, keyOf);
    const over = items.flatMap((item) =>
      lists.map((list) => Number(list.some((other) => overlap(item, other) && keyOf(other) !== keyOf(item)))),
    );
    return {
      classes: items.map(({ type }) => type),
      values,
      extra: { width: said.length, values: Float64Array.from(over) },
      right({ entities }) {
        const keys = new Set(entities.map(keyOf));
        return Float64Array.from(items, (item) => Number(keys.has(keyOf(item))));
      },
      decide(scores, threshold) {
        const kept: Entity[] = [];
        for (const i of chosen(scores, threshold))
          if (!exclusive || !kept.some((entity) => overlap(entity, items[i]))) kept.push(items[i]);
        return { entities: kept.sort((a, b) => a.start - b.start || a.end - b.end || order(a.type, b.type)) };
      },
    };
  },
};

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
