import { eventKey } from '../../../tasks/families/event/answers.ts';
import type { ClinicalEvent } from '../../../tasks/families/event/types.ts';
import { chosen, collect, type Shape } from '../shape.ts';

/** Up to this share of gold events that repeat the core of another are exceptions. */
const EXCEPTIONS = 0.01;

/**
 * Clinical events, by the votes of members. Where a text mostly has one event for each core, of events with the same core the
 * one with the higher score is given. For `stack`, a member that gives another event with the core speaks otherwise than one
 * that is silent.
 */
export const eventShape: Shape<'event'> = {
  rule: 'set',
  scored: () => false,
  exclusive(examples) {
    const all = examples.flatMap(({ gold }) => gold.events).length;
    const distinct = examples.reduce(
      (sum, { gold }) => sum + new Set(gold.events.map(({ core }) => core)).size,
      0,
    );
    if (all === distinct) return [true];
    return all - distinct <= EXCEPTIONS * all ? [true, false] : [false, true];
  },
  threshold: () => true,
  propose(_input, said, { exclusive }) {
    const lists = said.map((prediction) => prediction?.events ?? []);
    const given = lists.map((list) => list.map((item) => ({ item, value: 1 })));
    const { items, values } = collect<ClinicalEvent>(said.length, given, eventKey);
    const keys = items.map(eventKey);
    const others = items.flatMap(({ core }, i) =>
      lists.map((list) => Number(list.some((other) => other.core === core && eventKey(other) !== keys[i]))),
    );
    return {
      classes: items.map(({ tendency }) => tendency),
      values,
      extra: { width: said.length, values: Float64Array.from(others) },
      right({ events }) {
        const gold = new Set(events.map(eventKey));
        return Float64Array.from(keys, (key) => Number(gold.has(key)));
      },
      decide(scores, threshold) {
        const kept: number[] = [];
        for (const i of chosen(scores, threshold))
          if (!exclusive || !kept.some((other) => items[other].core === items[i].core)) kept.push(i);
        return { events: kept.sort((a, b) => a - b).map((i) => items[i]) };
      },
    };
  },
};
