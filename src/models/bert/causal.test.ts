import { describe, expect, it } from 'vitest';
import type { ScoredCell } from '../../encoders/heads/span.ts';
import { parseParameters } from '../../ground/parameters.ts';
import type { CausalRelation } from '../../tasks/families/causal/types.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { causalPlanner } from './causal.ts';
import { bert } from './kind.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';

const task = findTask('causal');
// 孕妇 0，贫血 3 致 心快 6；贫血 9 由 失血 12 引起，失血 17 致 头晕 20
const TEXT = '孕妇，贫血致心快；贫血由失血引起，失血致头晕';
const place = (start: number) => ({ start, end: start + 2 });
const cause = (head: number, tail: number) => ({ head: place(head), relation: '1', tail: place(tail) });
const RELATIONS: CausalRelation[] = [
  { head: place(0), relation: '2', tail: cause(3, 6) },
  cause(12, 9),
  cause(17, 20),
];
const example = { id: '0', input: { text: TEXT }, gold: { relations: RELATIONS } };

async function planOf(maxLength: number) {
  const given = { layers: 1, hidden: 64, maxLength, overlap: 8 };
  const parameters = await resolveParameters(parseParameters(PARAMETERS, given, { name: bert.summary }), {
    task,
  });
  const base = await createBase(parameters, () => [TEXT], 1);
  return causalPlanner.plan(await causalPlanner.learn([example], parameters, task), { ...base, parameters });
}

/** The result of decoding the target cells of each window. */
const decoded = async (maxLength: number, isKept: (cell: ScoredCell) => boolean = () => true) =>
  (await planOf(maxLength)).use(({ items, ask }) => {
    const targets = items([example]).map(({ rows: [{ target }] }) => target as never);
    const answers = targets.map((cells: ScoredCell[]) => cells.filter(isKept));
    return ask(example.input).decode(answers as never, () => new Float32Array(0)).relations;
  });

/** Its label, first, in an order that does not depend on that of the roles. */
const sorted = (relations: readonly CausalRelation[]): string[] =>
  relations.map((relation) => JSON.stringify(relation)).sort();

describe('causal relations of a text', () => {
  it('are decoded from their encoding, in one window and in several', async () => {
    expect(sorted(await decoded(64))).toEqual(sorted(RELATIONS));
    expect((await planOf(16)).use(({ ask }) => ask(example.input).sequences.length)).toBeGreaterThan(1);
    expect(sorted(await decoded(16))).toEqual(sorted(RELATIONS));
  });

  it('need both links of each of their pairs', async () => {
    // matrices: mentions, then first and last of direct:1, ends:2:1, to-head:2 and to-tail:2
    const { labels } = await planOf(64);
    expect(labels).toEqual([
      'mention',
      ...['direct:1', 'ends:2:1', 'to-head:2', 'to-tail:2'].flatMap((role) => [
        `first:${role}`,
        `last:${role}`,
      ]),
    ]);
    const flat = sorted(RELATIONS.slice(1));
    for (const link of labels.slice(3))
      expect(sorted(await decoded(64, ({ type }) => labels[type] !== link))).toEqual(flat);
    expect(await decoded(64, ({ type }) => labels[type] !== 'first:direct:1')).toEqual(RELATIONS.slice(0, 1));
  });
});
