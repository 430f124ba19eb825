import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renumberUnits } from '../units.ts';
import { heldBySeed, splitBySeed } from './carve.ts';

const examples = (groups: readonly (number | undefined)[]) =>
  groups.map((group, i) => ({ id: String(i), ...(group === undefined ? {} : { group: String(group) }) }));

test('splits no group, loses and duplicates nothing, keeps the order, and is the same for a seed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.nat(9), { nil: undefined }), { minLength: 2, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      (groups, share, seed) => {
        const all = examples(groups);
        fc.pre(new Set(all.map(({ id, group }) => group ?? `id ${id}`)).size >= 2);
        const { kept, held } = splitBySeed(all, share, seed);
        expect(splitBySeed(all, share, seed)).toEqual({ kept, held });
        expect(kept.length).toBeGreaterThan(0);
        expect(held.length).toBeGreaterThan(0);
        const units = renumberUnits(Int32Array.from(groups, (group) => group ?? -1));
        const isHeld = heldBySeed(units, share, seed);
        expect(all.filter((_, i) => isHeld[i])).toEqual(held);
        const heldIds = new Set(held.map(({ id }) => id));
        expect(all.filter(({ id }) => heldIds.has(id))).toEqual(held);
        expect(all.filter(({ id }) => !heldIds.has(id))).toEqual(kept);
        const groupsOf = (part: typeof all) => new Set(part.flatMap(({ group }) => group ?? []));
        expect([...groupsOf([...kept])].filter((group) => groupsOf([...held]).has(group))).toEqual([]);
      },
    ),
  );
});

test('holds out about the share, and another part for another seed', () => {
  const all = examples(Array.from({ length: 1000 }, () => undefined));
  const held = (seed: number) => splitBySeed(all, 0.2, seed).held.map(({ id }) => id);
  expect(held(1)).toHaveLength(200);
  expect(held(1)).not.toEqual(held(2));
});

test('holds out the same whole groups for a seed as earlier versions', () => {
  const groups = [3, undefined, 1, 3, undefined, 1, undefined, 2, 3, undefined, 2, undefined];
  const held = (seed: number) => splitBySeed(examples(groups), 0.4, seed).held.map(({ id }) => id);
  expect([held(0), held(1)]).toEqual([
    ['0', '2', '3', '5', '8', '9'],
    ['0', '1', '3', '4', '6', '8', '11'],
  ]);
});

test('a group is not confused with an id: an example without group is its own unit', () => {
  const { held } = splitBySeed([{ id: 'a' }, { id: 'b', group: 'a' }], 0.5, 0);
  expect(held).toHaveLength(1);
});

test('one group cannot be split', () => {
  expect(() => splitBySeed(examples([1, 1, 1]), 0.5, 0)).toThrow(
    expect.objectContaining({ code: 'too-few-groups' }),
  );
});
