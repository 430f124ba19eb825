import * as z from 'zod';
import { type Cell, type ScoredCell, spanHead } from '../../encoders/heads/span.ts';
import { eventKey } from '../../tasks/families/event/answers.ts';
import type { ClinicalEvent } from '../../tasks/families/event/types.ts';
import type { Place } from '../shared/events/attach.ts';
import { foundInAll, itemsOf, keyOf } from './cells.ts';
import { placeEvents } from './event-places.ts';
import { definePlanner, hideTypes, type Plan } from './plan.ts';
import { type Cut, cutText, type TokenSpan, toTokenSpans } from './spans.ts';

const learntTendencies = z.object({ tendencies: z.array(z.string()) });

const ATTRIBUTES = ['characters', 'anatomy'] as const;
type Attribute = (typeof ATTRIBUTES)[number];

/** The matrices of the span head: cores by tendency, attributes, and which tokens of core and attribute belong together. */
function layoutOf(tendencies: readonly string[]) {
  const count = tendencies.length;
  const ordered = count + ATTRIBUTES.length;
  return {
    ordered,
    types: ordered + 2 * ATTRIBUTES.length,
    attribute: (name: Attribute): number => count + ATTRIBUTES.indexOf(name),
    /** Rows are tokens of the core, columns those of the attribute. */
    firsts: (name: Attribute): number => ordered + 2 * ATTRIBUTES.indexOf(name),
    lasts: (name: Attribute): number => ordered + 2 * ATTRIBUTES.indexOf(name) + 1,
    labels: [
      ...tendencies.map((tendency) => `core:${tendency}`),
      ...ATTRIBUTES,
      ...ATTRIBUTES.flatMap((name) => [`first:${name}`, `last:${name}`]),
    ],
  };
}
type Layout = ReturnType<typeof layoutOf>;

/**
 * Clinical findings by GPLinker (Su 2022): spans of cores, whose type is their tendency, spans of attributes, and for each
 * kind of attribute which first tokens and which last tokens of a core and an attribute belong together.
 */
export const eventPlanner = definePlanner<'event', z.infer<typeof learntTendencies>>({
  schema: learntTendencies,
  learn: (examples) => ({
    tendencies: [
      ...new Set(examples.flatMap(({ gold }) => gold.events.map(({ tendency }) => tendency))),
    ].sort(),
  }),
  plan({ tendencies }, { tokenizer, config, parameters: { maxLength, overlap } }) {
    const layout = layoutOf(tendencies);
    const cut = (text: string): Cut => cutText(tokenizer, text, { maxLength, overlap });
    const plan: Plan<'event', readonly Cell[], ScoredCell[]> = {
      head: spanHead(config, layout.types, layout.ordered),
      labels: layout.labels,
      items: (examples) =>
        examples.flatMap(({ input: { text }, gold }) => {
          const all = cut(text);
          return itemsOf(all, cellsOf(text, all, gold.events, tendencies, layout));
        }),
      ask({ text }) {
        const all = cut(text);
        return {
          sequences: all.sequences,
          decode: (answers) => ({
            events: foundInAll(
              answers,
              (window, cells) => eventsOf(text, all, window, cells, tendencies, layout),
              eventKey,
            ),
          }),
        };
      },
    };
    return hideTypes(plan);
  },
});

/** Targets of the head in a whole text, by its tokens. */
function cellsOf(
  text: string,
  { tokens }: Cut,
  events: readonly ClinicalEvent[],
  tendencies: readonly string[],
  layout: Layout,
): Cell[] {
  const spanOf = ({ start, end }: Place): TokenSpan | undefined =>
    toTokenSpans(tokens, [{ start, end, type: '' }])[0];
  const cells = new Map<string, Cell>();
  const mark = (type: number, first: number, last: number): void => {
    cells.set(`${type} ${first} ${last}`, { type, first, last });
  };
  for (const event of placeEvents(text, events)) {
    const core = spanOf(event.core);
    if (!core) continue;
    mark(tendencies.indexOf(event.tendency), core.first, core.last);
    for (const name of ATTRIBUTES) {
      for (const span of event[name].flatMap((place) => spanOf(place) ?? [])) {
        mark(layout.attribute(name), span.first, span.last);
        mark(layout.firsts(name), core.first, span.first);
        mark(layout.lasts(name), core.last, span.last);
      }
    }
  }
  return [...cells.values()].filter(({ type }) => type >= 0);
}

/** The events of a window: a core counts in the window in which its middle is most central. */
function eventsOf(
  text: string,
  { tokens, windows, central }: Cut,
  window: number,
  cells: readonly ScoredCell[],
  tendencies: readonly string[],
  layout: Layout,
): ClinicalEvent[] {
  const { start } = windows[window];
  const textOf = ({ first, last }: Cell): string =>
    text.slice(tokens.starts[first + start], tokens.ends[last + start]);
  const found = new Set(cells.map(keyOf));
  const attributesOf = (name: Attribute, core: Cell): string[] => {
    const own = cells.filter(
      ({ type, first, last }) =>
        type === layout.attribute(name) &&
        found.has(keyOf({ type: layout.firsts(name), first: core.first, last: first })) &&
        found.has(keyOf({ type: layout.lasts(name), first: core.last, last })),
    );
    return [...new Set(own.sort((a, b) => a.first - b.first || a.last - b.last).map(textOf))];
  };
  return likeliestCores(cells, tendencies.length)
    .filter(({ first, last }) => central[start + ((first + last) >> 1)] === window)
    .map((core) => ({
      core: textOf(core),
      tendency: tendencies[core.type],
      characters: attributesOf('characters', core),
      anatomy: attributesOf('anatomy', core),
    }));
}

/** The spans of cores in order, each with its likeliest tendency. */
function likeliestCores(cells: readonly ScoredCell[], tendencies: number): ScoredCell[] {
  const cores = new Map<string, ScoredCell>();
  for (const cell of cells) {
    if (cell.type >= tendencies) continue;
    const key = `${cell.first} ${cell.last}`;
    const other = cores.get(key);
    if (!other || cell.score > other.score) cores.set(key, cell);
  }
  return [...cores.values()].sort((a, b) => a.first - b.first || a.last - b.last);
}
