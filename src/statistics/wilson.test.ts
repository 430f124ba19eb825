import { describe, expect, it } from 'vitest';
import { shareDifference, shareOf } from './wilson.ts';

describe('shares', () => {
  it('have the intervals of Wilson', () => {
    // Newcombe 1998 (a), table I: 81/263 and 15/148, and none of 20.
    expect(shareOf(81, 263)).toMatchObject({
      low: expect.closeTo(0.2553, 4),
      high: expect.closeTo(0.3662, 4),
    });
    expect(shareOf(15, 148)).toMatchObject({
      low: expect.closeTo(0.0624, 4),
      high: expect.closeTo(0.1605, 4),
    });
    expect(shareOf(0, 20)).toMatchObject({ low: expect.closeTo(0, 10), high: expect.closeTo(0.1611, 4) });
  });

  it('differ by the intervals of Newcombe', () => {
    // Newcombe 1998 (b), table II, method 10: 56/70 and 48/80, and 10/10 and 0/10.
    expect(shareDifference(shareOf(56, 70), shareOf(48, 80))).toEqual({
      difference: expect.closeTo(0.2, 10),
      low: expect.closeTo(0.0524, 4),
      high: expect.closeTo(0.3339, 4),
    });
    expect(shareDifference(shareOf(10, 10), shareOf(0, 10))).toMatchObject({
      low: expect.closeTo(0.6075, 4),
    });
  });

  it('of nothing are undefined', () => {
    expect(shareOf(0, 0).share).toBeNaN();
  });
});

it('a share is never outside 0 and 1, even by rounding', () => {
  for (const of of [6, 20, 60, 413]) {
    expect(shareOf(0, of).low).toBe(0);
    expect(shareOf(of, of).high).toBeLessThanOrEqual(1);
  }
  expect(shareOf(0, 0).low).toBeNaN();
});
