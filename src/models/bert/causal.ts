import * as z from 'zod';
import { type Cell, type ScoredCell, spanHead } from '../../encoders/heads/span.ts';
import { placesKey } from '../../tasks/families/causal/answers.ts';
import type { CausalRelation, Mention } from '../../tasks/families/causal/types.ts';
import { pairsOf, predicateOf, type Role, roleJson } from '../shared/causal/roles.ts';
import { foundInAll, itemsOf, keyOf } from './cells.ts';
import { definePlanner, hideTypes, type Plan } from './plan.ts';
import { type Cut, cutText, type TokenSpan, toTokenSpans } from './spans.ts';

const learntRoles = z.object({ roles: z.array(roleJson) });

/** The matrices of the span head: mentions, then the first and the last tokens of the pairs of each role. */
const MENTION = 0;
const firstsOf = (role: number): number => 1 + 2 * role;
const lastsOf = (role: number): number => 2 + 2 * role;

/**
 * Causal relations by GPLinker (Su 2022): spans of mentions, and for each role that two mentions may have to each other which
 * first tokens and which last tokens belong together. A condition on a relation is three pairs, which make it again.
 */
export const causalPlanner = definePlanner<'causal', z.infer<typeof learntRoles>>({
  schema: learntRoles,
  learn(examples) {
    const pairs = examples.flatMap(({ gold }) => gold.relations.flatMap(pairsOf));
    const roles = new Map(pairs.map(({ role }) => [predicateOf(role), role]));
    return { roles: [...roles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role) };
  },
  plan({ roles }, { tokenizer, config, parameters: { maxLength, overlap } }) {
    const cut = (text: string): Cut => cutText(tokenizer, text, { maxLength, overlap });
    const names = roles.map((role) => role.join(':'));
    const plan: Plan<'causal', readonly Cell[], ScoredCell[]> = {
      head: spanHead(config, 1 + 2 * roles.length, 1),
      labels: ['mention', ...names.flatMap((name) => [`first:${name}`, `last:${name}`])],
      items: (examples) =>
        examples.flatMap(({ input: { text }, gold }) => {
          const all = cut(text);
          return itemsOf(all, cellsOf(all, gold.relations, roles));
        }),
      ask({ text }) {
        const all = cut(text);
        return {
          sequences: all.sequences,
          decode: (answers) => ({
            relations: foundInAll(
              answers,
              (window, cells) => relationsOf(all, window, cells, roles),
              placesKey,
            ),
          }),
        };
      },
    };
    return hideTypes(plan);
  },
});

/** Targets of the head in a whole text, by its tokens. */
function cellsOf({ tokens }: Cut, relations: readonly CausalRelation[], roles: readonly Role[]): Cell[] {
  const spanOf = ({ start, end }: Mention): TokenSpan | undefined =>
    toTokenSpans(tokens, [{ start, end, type: '' }])[0];
  const numbers = new Map(roles.map((role, i) => [predicateOf(role), i]));
  const cells = new Map<string, Cell>();
  for (const pair of relations.flatMap(pairsOf)) {
    const [head, tail, role] = [spanOf(pair.head), spanOf(pair.tail), numbers.get(predicateOf(pair.role))];
    if (!head || !tail || role === undefined) continue;
    for (const cell of [
      { type: MENTION, first: head.first, last: head.last },
      { type: MENTION, first: tail.first, last: tail.last },
      { type: firstsOf(role), first: head.first, last: tail.first },
      { type: lastsOf(role), first: head.last, last: tail.last },
    ])
      cells.set(keyOf(cell), cell);
  }
  return [...cells.values()];
}

interface FoundPair {
  readonly role: Role;
  readonly head: Cell;
  readonly tail: Cell;
}

/** The relations of a window: one counts in the window in which the middle of its head is most central. */
function relationsOf(
  { tokens, windows, central }: Cut,
  window: number,
  cells: readonly Cell[],
  roles: readonly Role[],
): CausalRelation[] {
  const { start } = windows[window];
  const placeOf = ({ first, last }: Cell): Mention => ({
    start: tokens.starts[first + start],
    end: tokens.ends[last + start],
  });
  const isHere = ({ first, last }: Cell): boolean => central[start + ((first + last) >> 1)] === window;
  const pairs = pairsAmong(cells, roles);
  return pairs.flatMap((pair): CausalRelation[] => {
    const { role } = pair;
    const [head, tail] = [placeOf(pair.head), placeOf(pair.tail)];
    if (role[0] === 'direct') return isHere(pair.head) ? [{ head, relation: role[1], tail }] : [];
    if (role[0] !== 'ends') return [];
    const [, relation, inner] = role;
    return conditionsOn(pair, relation, pairs)
      .filter(isHere)
      .map((condition) => ({ head: placeOf(condition), relation, tail: { head, relation: inner, tail } }));
  });
}

/** Every two mentions with both links of a role. */
function pairsAmong(cells: readonly Cell[], roles: readonly Role[]): FoundPair[] {
  const mentions = cells.filter(({ type }) => type === MENTION);
  const found = new Set(cells.map(keyOf));
  return roles.flatMap((role, i) =>
    mentions.flatMap((head) =>
      mentions
        .filter(
          (tail) =>
            tail !== head &&
            found.has(keyOf({ type: firstsOf(i), first: head.first, last: tail.first })) &&
            found.has(keyOf({ type: lastsOf(i), first: head.last, last: tail.last })),
        )
        .map((tail) => ({ role, head, tail })),
    ),
  );
}

/** The mentions that are a condition, by this label, with both ends of a pair. */
function conditionsOn({ head, tail }: FoundPair, label: string, pairs: readonly FoundPair[]): Cell[] {
  const heads = (kind: 'to-head' | 'to-tail', end: Cell): Cell[] =>
    pairs
      .filter((pair) => pair.role[0] === kind && pair.role[1] === label && pair.tail === end)
      .map((pair) => pair.head);
  const toTail = new Set(heads('to-tail', tail));
  return heads('to-head', head).filter((condition) => toTail.has(condition));
}
