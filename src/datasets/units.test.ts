import { describe, expect, it } from 'vitest';
import { linkTexts, numberUnits, renumberUnits, unitsOf } from './units.ts';

describe('independent units', () => {
  it('are groups, or single examples; a group is never confused with an id', () => {
    const examples = [{ id: '0', group: '1' }, { id: '1' }, { id: '2', group: '1' }];
    expect(unitsOf(examples)).toEqual([[0, 2], [1]]);
    expect(numberUnits(examples)).toEqual({ count: 2, numbers: Int32Array.of(0, 1, 0) });
  });

  it('are renumbered in the order in which they first appear', () => {
    const units = Int32Array.of(7, -1, 3, 7, -1, 3);
    expect(renumberUnits(units)).toEqual({ count: 4, numbers: Int32Array.of(0, 1, 2, 0, 3, 2) });
    expect(renumberUnits(new Int32Array(0))).toEqual({ count: 0, numbers: new Int32Array(0) });
  });

  it('link pairs through any text on either side, by the number of the first', () => {
    expect(
      linkTexts([
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'd'],
        ['b', 'e'],
        ['f', 'f'],
      ]),
    ).toEqual(['0', '0', '0', '0', '4']);
  });
});
