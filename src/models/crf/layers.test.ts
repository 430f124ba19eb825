import { describe, expect, it } from 'vitest';
import { layersOf } from './layers.ts';

const text = (...entities: (readonly [start: number, end: number, type: string])[]) => ({
  text: '',
  entities: entities.map(([start, end, type]) => ({ start, end, type })),
});

describe('layers of types', () => {
  const nested = text([0, 4, 'dis'], [0, 2, 'bod'], [5, 6, 'bod'], [7, 9, 'sym'], [7, 8, 'bod']);

  it('divide types that overlap, and keep together those that do not', () => {
    expect(layersOf([nested], undefined)).toEqual([['bod'], ['dis', 'sym']]);
    expect(layersOf([nested, text([0, 4, 'sym'], [2, 6, 'dis'])], true)).toEqual([['bod'], ['dis'], ['sym']]);
  });

  it('are one where nothing overlaps, on request, and for adjacent spans or equal types', () => {
    const flat = text([0, 2, 'bod'], [2, 4, 'dis']);
    expect(layersOf([flat], undefined)).toEqual([['bod', 'dis']]);
    expect(layersOf([flat], true)).toEqual([['bod', 'dis']]);
    expect(layersOf([nested], false)).toEqual([['bod', 'dis', 'sym']]);
    expect(layersOf([text([0, 4, 'dis'], [1, 2, 'dis'])], true)).toEqual([['dis']]);
    expect(layersOf([], undefined)).toEqual([[]]);
    expect(layersOf([], true)).toEqual([[]]);
  });

  it('treat a few overlaps as annotation errors', () => {
    const many = Array.from({ length: 200 }, () => text([0, 2, 'bod'], [3, 5, 'dis']));
    const slip = text([0, 4, 'dis'], [0, 2, 'bod']);
    expect(layersOf([...many, slip], undefined)).toEqual([['bod', 'dis']]);
    expect(layersOf([...many, slip], true)).toEqual([['bod', 'dis']]);
    expect(layersOf([...many, slip, slip, slip], true)).toEqual([['bod'], ['dis']]);
  });
});
