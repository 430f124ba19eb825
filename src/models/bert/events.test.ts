import { describe, expect, it } from 'vitest';
import type { ScoredCell } from '../../encoders/heads/span.ts';
import { parseParameters } from '../../ground/parameters.ts';
import type { ClinicalEvent } from '../../tasks/families/event/types.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { eventPlanner } from './events.ts';
import { bert } from './kind.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';

const task = findTask('event');
const TEXT = '无腹部疼痛，腹部及胸部有阵发性绞痛，腹部疼痛';
const EVENTS: ClinicalEvent[] = [
  { core: '疼痛', tendency: '否定', characters: [], anatomy: ['腹部'] },
  { core: '绞痛', tendency: '肯定', characters: ['阵发性'], anatomy: ['腹部', '胸部'] },
];
const example = { id: '0', input: { text: TEXT }, gold: { events: EVENTS } };

async function planOf(maxLength: number) {
  const given = parseParameters(
    PARAMETERS,
    { layers: 1, hidden: 64, maxLength, overlap: 6 },
    { name: bert.summary },
  );
  const parameters = await resolveParameters(given, { task });
  const base = await createBase(parameters, () => [TEXT], 1);
  return eventPlanner.plan(await eventPlanner.learn([example], parameters, task), { ...base, parameters });
}

/** The result of decoding the target cells of each window. */
const decoded = async (
  maxLength: number,
  change: (cells: ScoredCell[]) => ScoredCell[] = (cells) => cells,
) => {
  const plan = await planOf(maxLength);
  return plan.use(({ items, ask }) => {
    const rows = items([example]).flatMap((item) => item.rows);
    const { sequences, decode } = ask(example.input);
    expect(rows.map(({ sequence }) => sequence)).toEqual(sequences);
    const answers = rows.map(({ target }) =>
      change((target as unknown as ScoredCell[]).map((cell) => ({ ...cell, score: 1 }))),
    );
    return decode(answers as never, () => new Float32Array(0)).events;
  });
};

describe('events of a text', () => {
  it('are decoded from their encoding, in one window and in several', async () => {
    expect(await decoded(64)).toEqual(EVENTS);
    expect((await planOf(16)).use(({ ask }) => ask(example.input).sequences.length)).toBeGreaterThan(1);
    const cores = (await decoded(16)).map(({ core, tendency }) => [core, tendency]);
    expect(cores).toEqual(EVENTS.map(({ core, tendency }) => [core, tendency]));
  });

  it('have the likeliest tendency of a core, and no attribute without both links', async () => {
    // matrices: 否定, 肯定, characters, anatomy, then first and last of characters and of anatomy
    const [NO, YES, LAST_ANATOMY] = [0, 1, 7];
    const both = await decoded(64, (cells) =>
      cells.flatMap((cell) => (cell.type === NO ? [cell, { ...cell, type: YES, score: 2 }] : [cell])),
    );
    expect(both.map(({ tendency }) => tendency)).toEqual(['肯定', '肯定']);
    const cut = await decoded(64, (cells) => cells.filter(({ type }) => type !== LAST_ANATOMY));
    expect(cut).toEqual(EVENTS.map((event) => ({ ...event, anatomy: [] })));
  });
});
