import { describe, expect, it } from 'vitest';
import { linkTexts, unitCount, unitsOf } from './units.ts';

describe('independent units', () => {
  it('are groups, or single examples; a group is never confused with an id', () => {
    const examples = [{ id: '0', group: '1' }, { id: '1' }, { id: '2', group: '1' }];
    expect(unitsOf(examples)).toEqual([[0, 2], [1]]);
    expect(unitCount(examples)).toBe(2);
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
